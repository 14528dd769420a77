/** `slipway jobs`: lists the jobs, those that need a person first, then the newest. */
import { Option, type Command } from 'commander'
import { needsPerson, type JobList, type JobSummary } from '../../client/views.ts'
import { clock } from '../../lib/clock.ts'
import { addExamples, wholeNumber, type ServerFlags } from '../command-kit.ts'
import { formatDuration } from '../screen/duration.ts'
import { shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable, type Cell } from '../screen/table.ts'
import type { Paint, Terminal, Tone } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  status?: JobSummary['status']
  search?: string
  needsYou?: boolean
  archived?: boolean
  limit: number
  page: number
  json?: boolean
}

const statuses = ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] as const

export function addJobs(program: Command, terminal: Terminal): void {
  const command = program
    .command('jobs')
    .description('list the jobs: those that need you first, then the newest')
    .option('--needs-you', 'only those that wait for a person')
    .addOption(new Option('--status <status>', 'only those of this status').choices(statuses))
    .option('--search <words>', 'only those whose title or vision contains this')
    .option('--archived', 'those that were archived, instead of the others')
    .option('--limit <number>', 'how many', wholeNumber(1, 100), 20)
    .option('--page <number>', 'which page', wholeNumber(1, 1_000_000), 1)
    .option('--json', 'as JSON')
    .action(async (flags: Flags) => {
      const list = await withServer(flags, (client) =>
        client.listJobs({
          page: flags.page,
          page_size: flags.limit,
          sort_by: 'attention',
          ...(flags.needsYou === true ? { needs: 'person' as const } : {}),
          ...(flags.archived === true ? { archived: 'true' as const } : {}),
          ...(flags.status === undefined ? {} : { status: flags.status }),
          ...(flags.search === undefined ? {} : { q: flags.search }),
        }),
      )
      if (flags.json === true) terminal.printJson(list)
      else terminal.print(renderJobs(list, clock.now(), terminal.size().width, terminal.paint))
    })
  addExamples(addServerOptions(command), [
    ['slipway jobs', 'the last 20'],
    ['slipway jobs --needs-you', 'what waits for an answer, a permission, an approval, a key'],
    ['slipway jobs --status failed', 'what went wrong'],
    ['slipway jobs --json --limit 100', 'for a program'],
  ])
}

/** Pure; `now` in milliseconds since the epoch. */
export function renderJobs(list: JobList, now: number, width: number, paint: Paint): string {
  if (list.jobs.length === 0) return 'No jobs. Begin one: slipway run "a todo list with a CLI"'
  const waits = list.jobs.some((job) => job.wait !== null)
  const columns = [
    { title: 'JOB' },
    { title: 'STATUS' },
    { title: 'PROOF' },
    { title: '%' },
    { title: 'AGE' },
    { title: 'TITLE', flexible: true },
    // Only when a job waits: an empty column would take space from the titles.
    ...(waits ? [{ title: 'WAITS FOR', flexible: true }] : []),
  ]
  const table = renderTable(
    columns,
    list.jobs.map((job) => [...row(job, now), ...(waits ? [wait(job)] : [])]),
    width,
    paint,
  )
  const shown =
    list.jobs.length < list.total
      ? `\n${paint('dim', `${list.jobs.length} of ${list.total}; page ${list.page}`)}`
      : ''
  return table + shown
}

function row(job: JobSummary, now: number): Cell[] {
  return [
    { text: shortId(job.id) },
    needsPerson(job)
      ? { text: 'needs you', tone: 'yellow' }
      : { text: job.status, tone: statusTone(job.status) },
    proofCell(job),
    { text: String(job.progress) },
    { text: formatDuration(now - Date.parse(job.created_at)), tone: 'dim' },
    { text: job.title },
  ]
}

function wait(job: JobSummary): Cell {
  return { text: job.wait?.on ?? '', tone: needsPerson(job) ? 'yellow' : 'dim' }
}

/** Returns the proof of a job; work of the offline demo is labelled as a demo, whatever the result of its checks. */
function proofCell({ proof, demo }: JobSummary): Cell {
  if (demo) return { text: proof === null || proof === 'proven' ? 'demo' : `demo, ${proof}`, tone: 'dim' }
  return { text: proof ?? '', tone: proof === 'proven' ? 'green' : 'yellow' }
}

export function statusTone(status: JobSummary['status']): Tone {
  switch (status) {
    case 'completed':
      return 'green'
    case 'failed':
      return 'red'
    case 'running':
      return 'cyan'
    case 'queued':
    case 'waiting':
    case 'cancelled':
      return 'yellow'
  }
}
