/** `slipway backends test`: tests the capabilities of an agent, case by case; `--quick`: runs one real turn with it. */
import type { Command } from 'commander'
import type { BackendTrial, Conformance } from '../../client/views.ts'
import { cleanBlock, cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { formatDuration } from '../screen/duration.ts'
import { exitCodes } from '../failure.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

type Flags = ServerFlags & { json?: boolean; quick?: boolean }

export function addTest(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('test')
    .description('run the conformance kit with an agent: a dozen short sessions that show what it does')
    .argument('<name>', 'the backend')
    .option('--quick', 'one real turn only: does it start, does it answer?')
    .option('--json', 'as JSON')
    .action((name: string, flags: Flags) =>
      flags.quick === true ? tryOnce(name, flags, terminal) : testAll(name, flags, terminal),
    )
  addServerOptions(command)
  addExamples(command, [
    ['slipway backends test offline', 'exit code 0 when no case failed'],
    ['slipway backends test codex --quick', 'exit code 0 when it ended its turn with an answer'],
  ])
}

async function testAll(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  if (flags.json !== true)
    terminal.note(`Testing ${name}: with a real model this takes minutes, and some tokens.`)
  const found = await withServer(flags, (client) => client.testBackend(name))
  if (flags.json === true) terminal.printJson(found)
  else terminal.print(renderConformance(name, found, terminal.size().width, terminal.paint))
  if (found.cases.some((one) => one.result === 'fail')) process.exitCode = exitCodes.failed
}

async function tryOnce(name: string, flags: Flags, terminal: Terminal): Promise<void> {
  const trial = await withServer(flags, (client) => client.tryBackend(name))
  if (flags.json === true) terminal.printJson(trial)
  else terminal.print(renderTrial(name, trial, terminal.paint))
  if (!trial.ok) process.exitCode = exitCodes.failed
}

/** Returns the numbers of passed and failed cases, for a line of a list. Pure. */
export function describeConformance({ cases }: Conformance): string {
  const count = (result: string): number => cases.filter((one) => one.result === result).length
  const failed = count('fail')
  return `${count('pass')} passed${failed === 0 ? '' : `, ${failed} failed`}`
}

const tones = { pass: 'green', fail: 'red', skip: 'dim' } as const

/** Pure. */
function renderConformance(name: string, found: Conformance, width: number, paint: Paint): string {
  const rows = found.cases.map((one) => [
    { text: one.case.replace('_', ' ') },
    { text: one.result, tone: tones[one.result] },
    { text: formatDuration(one.duration_ms) },
    { text: cleanLine(one.sentence), tone: 'dim' as const },
  ])
  const columns = [{ title: 'CASE' }, { title: 'RESULT' }, { title: 'TIME' }, { title: '', flexible: true }]
  const about = [found.version, found.model, `walls: ${found.walls}`].filter((fact) => fact !== null)
  return `${renderTable(columns, rows, width, paint)}\n${cleanLine(`${name} ${about.join(', ')}`)}: ${describeConformance(found)}.`
}

/** Pure. */
function renderTrial(name: string, trial: BackendTrial, paint: Paint): string {
  const lines = trial.transcript.map(
    (entry) =>
      `${paint('dim', entry.type.replace('session.', '').padEnd(10))} ${cleanBlock(entry.message).trim()}`,
  )
  const version = trial.version === null ? '' : ` ${trial.version}`
  const end = trial.ok
    ? paint('green', `${name}${version} answered in ${formatDuration(trial.duration_ms)}.`)
    : paint(
        'red',
        `${name}${version} failed after ${formatDuration(trial.duration_ms)}: ${cleanBlock(trial.error ?? '')}`,
      )
  return [...lines, end].join('\n')
}
