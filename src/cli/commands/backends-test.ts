/** `slipway backends test`: one real turn with an agent, and what came of it. */
import type { Command } from 'commander'
import type { BackendTrial } from '../../client/views.ts'
import { cleanBlock } from '../clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { inWords } from '../duration.ts'
import { exitCodes } from '../failure.ts'
import { addServerOptions, withServer } from '../reach-server.ts'
import type { Paint, Terminal } from '../terminal.ts'

export function addTest(parent: Command, terminal: Terminal): void {
  const command = parent
    .command('test')
    .description('have one real turn with an agent: does it start, does it answer?')
    .argument('<name>', 'the backend')
    .option('--json', 'as JSON')
    .action(async (name: string, flags: ServerFlags & { json?: boolean }) => {
      const trial = await withServer(flags, (client) => client.testBackend(name))
      if (flags.json === true) terminal.printJson(trial)
      else terminal.print(renderTrial(name, trial, terminal.paint))
      if (!trial.ok) process.exitCode = exitCodes.failed
    })
  addServerOptions(command)
  addExamples(command, [
    ['slipway backends test offline', 'exit code 0 when it ended its turn with an answer'],
  ])
}

/** Pure. */
export function renderTrial(name: string, trial: BackendTrial, paint: Paint): string {
  const said = trial.transcript.map(
    (entry) =>
      `${paint('dim', entry.type.replace('session.', '').padEnd(10))} ${cleanBlock(entry.message).trim()}`,
  )
  const version = trial.version === null ? '' : ` ${trial.version}`
  const end = trial.ok
    ? paint('green', `${name}${version} answered in ${inWords(trial.duration_ms)}.`)
    : paint(
        'red',
        `${name}${version} failed after ${inWords(trial.duration_ms)}: ${cleanBlock(trial.error ?? '')}`,
      )
  return [...said, end].join('\n')
}
