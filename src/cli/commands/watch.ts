/** `slipway watch`: shows the board of an existing job; continues the job when no server runs. */
import type { Command } from 'commander'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { runToEnd } from '../carry-through.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  plain?: boolean
  json?: boolean
}

export function addWatch(program: Command, terminal: Terminal): void {
  const command = program
    .command('watch')
    .description('watch a job to its end, and continue it if no server is running')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--plain', 'plain lines instead of a board that is redrawn')
    .option('--json', 'one JSON document at the end, nothing else on standard output')
    .action(async (id: string, flags: Flags) => {
      const begin = async ({ client }: { client: Parameters<typeof findJobId>[0] }) =>
        client.getJob(await findJobId(client, id))
      process.exitCode = await runToEnd(begin, flags, terminal)
    })
  addExamples(addServerOptions(command), [['slipway watch 01934c1e-8a2b', 'watch this job']])
}
