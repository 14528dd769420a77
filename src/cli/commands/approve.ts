/** `slipway approve` and `slipway reject`: answer a proposed plan. */
import type { Command } from 'commander'
import { addExamples, wholeNumber } from '../command-kit.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addApprove(program: Command, terminal: Terminal): void {
  const command = program
    .command('approve')
    .description('let a job build the plan that waits for approval')
    .argument('<id>', 'the job, or the beginning of its id')
    .option(
      '--plan-version <number>',
      'only this version of the plan, as slipway plan shows it',
      wholeNumber(1, 2_000_000_000),
    )
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: ActionFlags & { planVersion?: number }) => {
      await withServer(flags, async (client, connection) => {
        const job = await client.approve(await findJobId(client, jobRef), flags.planVersion)
        reportJob('The plan is approved.', job, connection, flags, terminal)
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway approve 01934c1e-8a2b', 'build the current plan'],
    ['slipway approve 01934c1e-8a2b --plan-version 3', 'only if it has not changed since'],
  ])
}

export function addReject(program: Command, terminal: Terminal): void {
  const command = program
    .command('reject')
    .description('send a plan that waits for approval back to its planner')
    .argument('<id>', 'the job, or the beginning of its id')
    .requiredOption('--note <text>', 'what should be different; the planner sees it')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, flags: ActionFlags & { note: string }) => {
      await withServer(flags, async (client, connection) => {
        const job = await client.reject(await findJobId(client, jobRef), flags.note)
        reportJob('The plan went back to its planner.', job, connection, flags, terminal)
      })
    })
  addExamples(addServerOptions(command), [
    ['slipway reject 01934c1e-8a2b --note "Two tasks are enough."', 'a new plan will wait for you'],
  ])
}
