/** `slipway workers`: lists the worker processes and their work. */
import type { Command } from 'commander'
import type { WorkerView } from '../../client/views.ts'
import { clock } from '../../lib/clock.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { formatDuration } from '../screen/duration.ts'
import { shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable, type Cell } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

export function addWorkers(program: Command, terminal: Terminal): void {
  const command = program
    .command('workers')
    .description('list the processes that do the work, and what each holds')
    .option('--json', 'as JSON')
    .action(async (flags: ServerFlags & { json?: boolean }) => {
      const workers = await withServer(flags, (client) => client.workers())
      if (flags.json === true) terminal.printJson({ workers })
      else terminal.print(renderWorkers(workers, clock.now(), terminal.size().width, terminal.paint))
    })
  addExamples(addServerOptions(command), [['slipway workers', 'who is busy with what, and for how long']])
}

/** Pure; `now` in milliseconds since the epoch. One line per unit of work, or one for an idle worker. */
export function renderWorkers(
  workers: readonly WorkerView[],
  now: number,
  width: number,
  paint: Paint,
): string {
  if (workers.length === 0) return 'No worker: nothing is worked on. Start one: slipway start'
  const columns = [
    { title: 'HOST', flexible: true },
    { title: 'PID' },
    { title: 'BUSY' },
    { title: 'SEEN' },
    { title: 'WORK' },
    { title: 'JOB' },
    { title: 'SINCE' },
  ]
  return renderTable(
    columns,
    workers.flatMap((worker) => rows(worker, now)),
    width,
    paint,
  )
}

function rows(worker: WorkerView, now: number): Cell[][] {
  const about = [
    { text: worker.host },
    { text: String(worker.pid) },
    { text: `${worker.leases.length} of ${worker.slots}` },
    { text: formatDuration(now - Date.parse(worker.seen_at)), tone: 'dim' as const },
  ]
  if (worker.leases.length === 0)
    return [[...about, { text: 'idle', tone: 'dim' }, { text: '' }, { text: '' }]]
  return worker.leases.map((lease, index) => [
    ...(index === 0 ? about : about.map(() => ({ text: '' }))),
    { text: lease.kind, tone: 'cyan' },
    { text: shortId(lease.job_id) },
    { text: formatDuration(now - Date.parse(lease.since)) },
  ])
}
