/** `slipway waive`: waives a finding that counts against a proof, with a reason. */
import type { Command } from 'commander'
import type { Client, Evidence } from '../../client/open-client.ts'
import { cleanLine } from '../screen/clean-text.ts'
import { addExamples } from '../command-kit.ts'
import { Failure } from '../failure.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { reportJob, type ActionFlags } from '../say-job.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addWaive(program: Command, terminal: Terminal): void {
  const command = program
    .command('waive')
    .description('waive a finding against the proof of a job, with a reason')
    .argument('<id>', 'the job, or the beginning of its id')
    .argument(
      '[finding]',
      'its id, or the end of it (slipway checks shows it); needless when there is only one',
    )
    .requiredOption('--reason <text>', 'why it does not matter; kept with the proof')
    .option('--json', 'as JSON')
    .action(async (jobRef: string, idSuffix: string | undefined, flags: ActionFlags & { reason: string }) => {
      await withServer(flags, async (client, connection) => {
        const id = await findJobId(client, jobRef)
        const finding = await findOpen(client, id, idSuffix)
        const job = await client.waive(id, finding.id, flags.reason)
        reportJob(`Waived: ${cleanLine(finding.message)}`, job, connection, flags, terminal)
      })
    })
  addExamples(addServerOptions(command), [
    [
      'slipway waive 01934c1e-8a2b --reason "This feature was to be removed."',
      'the only finding that is open',
    ],
  ])
}

type Finding = Evidence['findings'][number]

/** Returns the open finding with this id; throws `Failure` with the open findings when none or several match. */
async function findOpen(client: Client, jobId: string, idSuffix: string | undefined): Promise<Finding> {
  const open = (await client.checks(jobId)).findings.filter(({ verdict }) => verdict === 'fail')
  const [one, another] = open.filter(
    ({ id }) => idSuffix === undefined || id.endsWith(idSuffix.toLowerCase()),
  )
  const listed = open.map(({ id, message }) => `${id}  ${cleanLine(message)}`).join('\n')
  if (open.length === 0) throw new Failure('this job has no findings against its proof')
  if (one === undefined) throw new Failure(`there is no open finding ${idSuffix ?? ''}`, { hint: listed })
  if (another !== undefined) throw new Failure('there is more than one finding: name one', { hint: listed })
  return one
}
