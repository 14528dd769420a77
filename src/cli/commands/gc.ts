/** `slipway gc`: shows the disk space of each job, and removes jobs according to the retention of the settings. */
import type { Command } from 'commander'
import { diskState } from '../../client/disk-state.ts'
import type { CollectView, StorageView } from '../../client/views.ts'
import { clock } from '../../lib/clock.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { formatDuration } from '../screen/duration.ts'
import { shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable, type Cell } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  dryRun?: boolean
  json?: boolean
}

export function addGc(program: Command, terminal: Terminal): void {
  const command = program
    .command('gc')
    .description('remove jobs that have ended, by the retention of the settings')
    .option('--dry-run', 'remove nothing: show what each job uses, and what would be removed')
    .option('--json', 'as JSON')
    .action((flags: Flags) =>
      withServer(flags, async (client) => {
        if (flags.dryRun === true) {
          const storage = await client.storage()
          if (flags.json === true) terminal.printJson(storage)
          else terminal.print(renderStorage(storage, clock.now(), terminal.size().width, terminal.paint))
          return
        }
        const collected = await client.collect()
        if (flags.json === true) terminal.printJson(collected)
        else terminal.print(renderRemoved(collected))
      }),
    )
  addExamples(addServerOptions(command), [
    ['slipway gc --dry-run', 'what each job holds, and what would go'],
    ['slipway gc', 'remove it now, as the server does every minute'],
  ])
}

function diskWarning(disk: StorageView['disk']): string[] {
  const needed = inBytes(disk.needed)
  switch (diskState(disk)) {
    case 'full':
      return [`The disk is too full: work waits until ${needed} are free.`]
    case 'nearly_full':
      return [`The disk is nearly full: below ${needed} of free space, work waits.`]
    case 'enough':
      return []
  }
}

/** Pure; `now` in milliseconds since the epoch. */
export function renderStorage(storage: StorageView, now: number, width: number, paint: Paint): string {
  const { disk, bytes, jobs } = storage
  const head = `The jobs hold ${inBytes(bytes)}; ${inBytes(disk.free)} of ${inBytes(disk.total)} are free on the disk.`
  const going = jobs.filter((job) => job.goes !== null)
  const lost = going.filter((job) => job.taken_at === null).length
  const foot = [
    ...diskWarning(disk),
    limitsOf(storage),
    going.length === 0 ? 'Nothing would go.' : `${counted(going.length)} would go.`,
    ...(lost === 0 ? [] : [`${lost} of them were never downloaded: save a copy with slipway export.`]),
  ]
  if (jobs.length === 0) return [head, ...foot].join('\n')
  const columns = [
    { title: 'JOB' },
    { title: 'SIZE' },
    { title: 'STATUS' },
    { title: 'ENDED' },
    { title: 'COPY' },
    { title: 'GOES' },
    { title: 'TITLE', flexible: true },
  ]
  const rows = jobs.map((job): Cell[] => [
    { text: shortId(job.id) },
    { text: inBytes(job.bytes) },
    { text: job.status },
    {
      text: job.completed_at === null ? '' : formatDuration(now - Date.parse(job.completed_at)),
      tone: 'dim',
    },
    { text: job.completed_at === null ? '' : job.taken_at === null ? 'none' : 'taken', tone: 'dim' },
    { text: goes(job, now), tone: 'yellow' },
    { text: job.title },
  ])
  return [head, renderTable(columns, rows, width, paint), ...foot].join('\n')
}

function goes({ goes: reason, goes_at: at }: StorageView['jobs'][number], now: number): string {
  if (reason === 'age') return 'now: age'
  if (reason === 'size') return 'now: size'
  return at === null ? '' : `in ${formatDuration(Date.parse(at) - now)}`
}

function limitsOf({ retention: { days, gigabytes } }: StorageView): string {
  const limits = [
    ...(days === null ? [] : [`${days} days after their end`]),
    ...(gigabytes === null ? [] : [`while all together hold more than ${gigabytes} GB`]),
  ]
  return limits.length === 0
    ? 'Jobs are kept for good: set a retention in the settings to change that.'
    : `Jobs go ${limits.join(', or ')}.`
}

function renderRemoved({ removed }: CollectView): string {
  if (removed.length === 0) return 'Nothing was removed.'
  const lines = removed.map(
    (job) =>
      `Removed ${shortId(job.id)} "${job.title}", ${inBytes(job.bytes)}${job.was_taken ? '' : ', which was never downloaded'}`,
  )
  const bytes = removed.reduce((sum, job) => sum + job.bytes, 0)
  return [...lines, `${counted(removed.length)} removed, ${inBytes(bytes)} free again.`].join('\n')
}

function counted(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`
}

/** Returns a size in the largest decimal unit that leaves at least 1. */
function inBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}
