import { sql } from 'kysely'
import type { Reader, Trx } from './database.ts'

/** The processes that claim work. A row is believed only while `seen_at` is fresh. */
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

/** The worker lives; `hold` says why it claims nothing at present, or is null. */
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

export async function deleteWorker(trx: Reader, id: string): Promise<void> {
  await sql`delete from workers where id = ${id}`.execute(trx)
}
