/** `slipway delete`: deletes jobs that have ended, after a summary of what will be removed. */
import type { Command } from 'commander'
import type { Client } from '../../client/open-client.ts'
import type { JobView } from '../../client/views.ts'
import { cleanLine } from '../screen/clean-text.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { Failure } from '../failure.ts'
import { findJobId, shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  readonly yes?: boolean
}

export function addDelete(program: Command, terminal: Terminal): void {
  const command = program
    .command('delete')
    .description('delete jobs that have ended, with their repositories, results and history')
    .argument('<ids...>', 'the jobs, or the beginnings of their ids')
    .option('--yes', 'delete them; without it, only show what would be deleted')
    .action((jobRefs: string[], flags: Flags) =>
      withServer(flags, async (client) => {
        const jobs = await find(client, jobRefs)
        refuseUnfinished(jobs)
        if (flags.yes !== true) {
          for (const job of jobs) terminal.print(`Would delete ${described(job)}`)
          terminal.print('Nothing was deleted: add --yes. slipway export keeps a copy of a result.')
          return
        }
        for (const job of jobs) {
          await client.deleteJob(job.id)
          terminal.print(`Deleted ${described(job)}`)
        }
      }),
    )
  addExamples(addServerOptions(command), [
    ['slipway delete 01934c1e-8a2b', 'show what would be deleted'],
    ['slipway delete 01934c1e-8a2b 01934c1e-9f00 --yes', 'delete two jobs'],
  ])
}

/** All are looked up before the first is deleted. */
async function find(client: Client, jobRefs: readonly string[]): Promise<JobView[]> {
  const ids = new Set<string>()
  for (const each of jobRefs) ids.add(await findJobId(client, each))
  return Promise.all([...ids].map((id) => client.getJob(id)))
}

function refuseUnfinished(jobs: readonly JobView[]): void {
  const open = jobs.find((job) => job.completed_at === null)
  if (open === undefined) return
  throw new Failure(`job ${shortId(open.id)} is ${open.status}, so nothing was deleted`, {
    hint: `cancel it first: slipway cancel ${shortId(open.id)}`,
  })
}

function described({ id, title, workspace_path: directory }: JobView): string {
  const result = directory === null ? '' : `, with the result in ${directory}`
  return `${shortId(id)} "${cleanLine(title)}"${result}`
}
