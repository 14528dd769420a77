import os from 'node:os'
import type { CheckKind, CheckOrigin } from '../contract/words.ts'
import { clock } from '../lib/clock.ts'
import { discard } from '../workspace/trash.ts'
import { cannotFail, type Scripts } from './cannot-fail.ts'
import type { Check } from './check-commands.ts'
import { countTests } from './count-tests.ts'
import { runCommand, type CommandEnd, type CommandRoom } from './run-command.ts'
import { startingState, type StartingState, type StateOptions } from './starting-state.ts'

/** A command that was run: the evidence behind a verdict. Durations are in milliseconds. */
export interface Evidence {
  readonly kind: CheckKind
  readonly origin: CheckOrigin
  readonly command: string
  readonly verdict: 'pass' | 'fail'
  /** Why it proves nothing although it passed; null when it counts. */
  readonly notCounted: string | null
  readonly exitCode: number | null
  readonly durationMs: number
  readonly commit: string
  readonly log: string
  readonly logTruncated: boolean
  readonly versions: Readonly<Record<string, string>>
  readonly walls: string
  readonly startedAt: Date
}

export interface ProofOptions extends StateOptions, Omit<CommandRoom, 'label'> {
  /** Commands run once, in order, before the checks; every check starts from their result. */
  readonly setup: readonly string[]
  readonly checks: readonly Check[]
  /** The scripts of the commit's package.json. */
  readonly scripts: Scripts
  /** Called before each check is run; `number` counts from 1. */
  readonly onStart?: (check: { command: string; number: number; total: number }) => Promise<void>
}

/**
 * Proves a commit inside the sandbox: the setup once, on a fresh checkout of exactly that commit; then each check, all from
 * the same state, with a HOME of its own. All checks run even when one fails, so that a repair sees all failures at once;
 * none is run when the setup fails. Throws only when the run itself was impossible.
 */
export async function proveCommit(options: ProofOptions): Promise<Evidence[]> {
  const state = startingState(options)
  try {
    const prepared = options.setup.length === 0 ? [] : await runSetup(options, state)
    if (prepared.some((step) => step.verdict === 'fail')) return prepared
    const evidence = [...prepared]
    for (const [index, check] of options.checks.entries()) {
      options.signal.throwIfAborted()
      await options.onStart?.({
        command: check.command,
        number: index + 1,
        total: options.checks.length,
      })
      const isLast = index === options.checks.length - 1
      evidence.push(await runCheck(options, state, check, isLast ? 'last' : 'earlier'))
    }
    return evidence
  } finally {
    await discard(options.dir, options.dataDir)
  }
}

/** Runs the commands of the setup, one after the other in one place, until one fails. */
async function runSetup(options: ProofOptions, state: StartingState): Promise<Evidence[]> {
  const evidence: Evidence[] = []
  await state.begin()
  for (const command of options.setup) {
    options.signal.throwIfAborted()
    const step = toEvidence(
      options,
      'setup',
      { command, origin: 'person' },
      await run(options, state, command),
    )
    evidence.push(step)
    if (step.verdict === 'fail') return evidence
  }
  await state.save()
  return evidence
}

async function runCheck(
  options: ProofOptions,
  state: StartingState,
  check: Check,
  which: 'last' | 'earlier',
): Promise<Evidence> {
  const room = roomOf(options)
  const startedAt = clock.date()
  let problem: string | null = null
  if (options.setup.length === 0) await state.begin()
  else problem = await state.restore(room, which)
  const end: CommandEnd =
    problem === null
      ? await run(options, state, check.command)
      : {
          passed: false,
          exitCode: null,
          durationMs: 0,
          log: problem,
          logTruncated: false,
          walls: options.launcher.walls,
          startedAt,
        }
  return toEvidence(options, 'check', check, end)
}

function run(options: ProofOptions, { checkout, home }: StartingState, command: string): Promise<CommandEnd> {
  return runCommand(roomOf(options), command, { cwd: checkout, home, writable: [checkout] })
}

function roomOf(options: ProofOptions): CommandRoom {
  return { ...options, label: `check ${options.commit.slice(0, 10)}` }
}

function toEvidence(options: ProofOptions, kind: CheckKind, check: Check, end: CommandEnd): Evidence {
  const { passed, ...rest } = end
  return {
    ...rest,
    kind,
    origin: check.origin,
    command: check.command,
    verdict: passed ? 'pass' : 'fail',
    notCounted: passed && kind === 'check' ? provesNothing(check.command, end.log, options.scripts) : null,
    commit: options.commit,
    versions: { node: process.version, os: `${os.type()} ${os.release()}` },
  }
}

/** Returns why a check that passed does not count, as a sentence; null when it does. */
function provesNothing(command: string, log: string, scripts: Scripts): string | null {
  return cannotFail(command, scripts) ?? (countTests(log) === 0 ? 'It found no test to run.' : null)
}
