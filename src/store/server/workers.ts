import { sql } from 'kysely'
import type { WorkerView } from '../../contract/server.ts'
import { restartOfServer } from '../../domain/set-aside.ts'
import { clock } from '../../lib/clock.ts'
import { toDate, toIso } from '../database/columns.ts'
import type { Reader, Trx } from '../database/database.ts'

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
  const now = clock.now()
  await trx
    .insertInto('workers')
    .values({ ...worker, started_at: now, seen_at: now })
    .execute()
}

/** Why work that is due is not claimed: no free slot, or the reason why workers claim nothing. */
export interface Hold {
  readonly for: 'upgrade' | 'capacity'
  readonly on: string
}

export async function readHold(db: Reader): Promise<Hold> {
  const row = await db
    .selectFrom('workers')
    .select((worker) => worker.fn.max('hold').as('hold'))
    .executeTakeFirst()
  const hold = row?.hold ?? null
  return { for: hold === restartOfServer ? 'upgrade' : 'capacity', on: hold ?? 'a free worker slot' }
}

/** Records that the worker is alive; `hold` is why it claims nothing at present, or null. */
export async function touchWorker(trx: Trx, id: string, hold: string | null): Promise<void> {
  await trx.updateTable('workers').set({ seen_at: clock.now(), hold }).where('id', '=', id).execute()
}

export async function listWorkers(db: Reader): Promise<WorkerRow[]> {
  const rows = await db
    .selectFrom('workers')
    .select(['id', 'host', 'pid', 'slots', 'started_at', 'seen_at'])
    .orderBy('started_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, started_at: toDate(row.started_at), seen_at: toDate(row.seen_at) }))
}

/** Returns the workers as the API shows them, each with its work, oldest first. */
export async function viewWorkers(db: Reader): Promise<WorkerView[]> {
  const workers = await listWorkers(db)
  const leases = await db
    .selectFrom('work')
    .select(['id as work_id', 'kind', 'job_id', 'task_id', 'started_at', 'worker_id'])
    .where('status', '=', sql.lit('running'))
    .orderBy('started_at')
    .orderBy('id')
    .execute()
  return workers.map((worker) => ({
    ...worker,
    started_at: toIso(worker.started_at.getTime()),
    seen_at: toIso(worker.seen_at.getTime()),
    leases: leases
      .filter(({ worker_id }) => worker_id === worker.id)
      .map(({ work_id, kind, job_id, task_id, started_at }) => ({
        work_id,
        kind,
        job_id,
        task_id,
        since: toIso(started_at ?? 0),
      })),
  }))
}

export async function deleteWorker(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('workers').where('id', '=', id).execute()
}
