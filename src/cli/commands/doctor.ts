/** `slipway doctor`: tests everything that Slipway depends on, and prints advice for each problem. */
import type { Command } from 'commander'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { exitCodes } from '../failure.ts'
import { renderFinding, type Finding } from '../finding.ts'
import { onInterrupt } from '../interrupt.ts'
import { addServerOptions, serverChoice } from '../server/reach-server.ts'
import { readServerRecord } from '../server/server-record.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  canary: boolean
  json?: boolean
}

/** The default port of `slipway start`. */
const standardPort = 7420

export function addDoctor(program: Command, terminal: Terminal): void {
  const command = program
    .command('doctor')
    .description('examine the machine and carry a small job through the real engine')
    .option('--no-canary', 'leave the small job out')
    .option('--json', 'as JSON')
    .action((flags: Flags) => doctor(flags, terminal))
  addExamples(addServerOptions(command), [
    ['slipway doctor', 'about ten seconds; nothing is left behind'],
    ['slipway doctor --json', 'for a program'],
  ])
  command.addHelpText('after', '\nExit code: 0 when nothing failed (warnings allowed), 1 otherwise.')
}

async function doctor(flags: Flags, terminal: Terminal): Promise<void> {
  const interrupt = onInterrupt()
  const findings: Finding[] = []
  try {
    for await (const finding of examine(flags, interrupt.signal)) {
      findings.push(finding)
      if (flags.json !== true) terminal.print(renderFinding(finding, terminal.paint))
      if (interrupt.signal.aborted) break
    }
  } finally {
    interrupt.close()
  }
  const failed = findings.filter((finding) => finding.level === 'fail').length
  const warned = findings.filter((finding) => finding.level === 'warn').length
  if (flags.json === true) terminal.printJson({ ok: failed === 0, findings })
  else terminal.print(`\n${findings.length - failed - warned} ok, ${warned} warnings, ${failed} failed`)
  process.exitCode = interrupt.exitCode() ?? (failed === 0 ? exitCodes.done : exitCodes.failed)
}

/** The examinations are imported here, so that other commands do not load them at start. */
async function* examine(flags: Flags, signal: AbortSignal): AsyncGenerator<Finding> {
  const choice = serverChoice(flags)
  const machine = await import('../server/examine-machine.ts')
  const server = await import('../server/examine-server.ts')
  yield machine.examineNode(process.version)
  yield await machine.examineGit()
  yield await machine.examineWalls()
  yield* await machine.examineDataDir(choice.dataDir)
  if ((await readServerRecord(choice.dataDir)) === null) yield await machine.examinePort(standardPort)
  yield* server.examineOwnServer(choice, flags.canary ? ['canary'] : [])
  if (flags.canary) yield* server.examineCanary(choice, signal)
}
