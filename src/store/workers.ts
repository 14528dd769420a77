import { sql } from 'kysely'
import type { WorkerView } from '../contract/server.ts'
import { restartOfServer } from '../domain/set-aside.ts'
import { isoTime } from '../lib/clock.ts'
import type { Reader, Trx } from './database.ts'

/** A process that claims work. It counts as alive only while `seen_at` is recent. */
export interface WorkerRow {
  id: string
  host: string
  pid: number
  slots: number
  started_at: Date
  seen_at: Date
}

export async function insertWorker(
  trx: Trx,
  worker: { id: string; host: string; pid: number; slots: number },
): Promise<void> {
  const now = new Date()
  await sql`
    insert into workers (id, host, pid, slots, started_at, seen_at)
    values (${worker.id}, ${worker.host}, ${worker.pid}, ${worker.slots}, ${now}, ${now})`.execute(trx)
}

/** The kind of wait, as SQL, for work that is due and not claimed: a free slot, or the end of what holds the workers. */
export const holdKind = sql`case when (select max(hold) from workers) = ${restartOfServer} then 'upgrade' else 'capacity' end`

/** Records that the worker is alive; `hold` is why it claims nothing at present, or null. */
export async function touchWorker(db: Reader, id: string, hold: string | null): Promise<void> {
  await sql`update workers set seen_at = ${new Date()}, hold = ${hold} where id = ${id}`.execute(db)
}

export async function listWorkers(db: Reader): Promise<WorkerRow[]> {
  const { rows } =
    await sql<WorkerRow>`select id, host, pid, slots, started_at, seen_at from workers order by started_at`.execute(
      db,
    )
  return rows
}

type Lease = WorkerView['leases'][number]

/** Returns the workers as the API shows them, each with the work it holds, oldest first. */
export async function viewWorkers(db: Reader): Promise<WorkerView[]> {
  const { rows } = await sql<WorkerRow & { leases: Lease[] | null }>`
    select v.id, v.host, v.pid, v.slots, v.started_at, v.seen_at,
      jsonb_agg(jsonb_build_object('work_id', w.id, 'kind', w.kind, 'job_id', w.job_id, 'task_id', w.task_id,
        'since', to_char(w.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by w.started_at, w.id)
        filter (where w.id is not null) as leases
    from workers v left join work w on w.worker_id = v.id and w.status = 'running'
    group by v.id order by v.started_at, v.id`.execute(db)
  return rows.map((row) => ({
    ...row,
    started_at: isoTime(row.started_at),
    seen_at: isoTime(row.seen_at),
    leases: row.leases ?? [],
  }))
}

export async function deleteWorker(trx: Reader, id: string): Promise<void> {
  await sql`delete from workers where id = ${id}`.execute(trx)
}
