/** `slipway priority`: changes the place of a job in the queue. */
import { Argument, type Command } from 'commander'
import { priorities, type Priority } from '../../client/views.ts'
import { addExamples } from '../command-kit.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addPriority(program: Command, terminal: Terminal): void {
  const command = program
    .command('priority')
    .description('set which jobs come first when slots are scarce; running work continues')
    .argument('<id>', 'the job, or the beginning of its id')
    .addArgument(new Argument('<priority>', 'its new priority').choices(priorities))
    .option('--json', 'as JSON')
    .action((jobRef: string, priority: Priority, flags: ActionFlags) =>
      withServer(flags, async (client, connection) => {
        const job = await client.setPriority(await findJobId(client, jobRef), priority)
        reportJob(`The priority of the job is ${job.options.priority} now.`, job, connection, flags, terminal)
      }),
    )
  addExamples(addServerOptions(command), [
    ['slipway priority 01934c1e-8a2b high', 'its work is claimed before that of other jobs'],
    ['slipway run "tidy the docs" --priority low', 'a new job that lets all others pass'],
  ])
}
