/** `slipway restart`: resumes a failed or cancelled job where it stopped. */
import type { Command } from 'commander'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { findJobId, shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addRestart(program: Command, terminal: Terminal): void {
  const command = program
    .command('restart')
    .description('take a failed or cancelled job up where it stopped')
    .argument('<id>', 'the job, or the beginning of its id')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: ServerFlags & { json?: boolean }) => {
      await withServer(flags, async (client, { own }) => {
        const job = await client.restart(await findJobId(client, jobRef))
        if (flags.json === true) return terminal.printJson(job)
        const id = shortId(job.id)
        terminal.print(
          `Job ${id} is ${job.status}. ${own === null ? 'Watch it' : 'No server is running; continue it'}: slipway watch ${id}`,
        )
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway restart 01934c1e-8a2b', 'try again; finished tasks stay finished'],
  ])
}
