/** `slipway retry`: restarts one task, with its full number of attempts. */
import type { Command } from 'commander'
import { cleanLine } from '../screen/clean-text.ts'
import { addExamples } from '../command-kit.ts'
import { findTask } from '../find-in-job.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addRetry(program: Command, terminal: Terminal): void {
  const command = program
    .command('retry')
    .description('start a task that failed, was skipped or was cancelled over')
    .argument('<id>', 'the job, or the beginning of its id')
    .argument('<task>', 'the key of the task, or its id (slipway plan lists the keys)')
    .option('--note <text>', 'what its agent should know this time')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, key: string, flags: ActionFlags & { note?: string }) => {
      await withServer(flags, async (client, connection) => {
        const id = await findJobId(client, jobRef)
        const task = await findTask(client, id, key)
        const job = await client.retryTask(id, task.task_id, flags.note)
        reportJob(`"${cleanLine(task.title)}" starts over.`, job, connection, flags, terminal)
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway retry 01934c1e-8a2b engine', 'all its attempts again'],
    ['slipway retry 01934c1e-8a2b engine --note "The sign is wrong."', 'with a note for its agent'],
  ])
}
