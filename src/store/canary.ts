import { sql } from 'kysely'
import { CanaryView } from '../contract/server.ts'
import type { Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'
import { lockJob } from './jobs.ts'

/** The stored record of the last canary, and the worker process that runs or ran it. */
export interface CanaryRecord {
  readonly workerId: string | null
  readonly canary: CanaryView
}

const never: CanaryView = { status: 'never', at: null, duration_ms: null, job_id: null, reason: null }

export async function readCanary(db: Reader): Promise<CanaryRecord> {
  const { rows } = await sql<{
    value: CanaryRecord
  }>`select value from settings where key = 'canary'`.execute(db)
  const value = rows[0]?.value
  return value === undefined
    ? { workerId: null, canary: never }
    : { workerId: value.workerId, canary: CanaryView.parse(value.canary) }
}

/** Reads the record and locks it until the end of the transaction. */
export async function lockCanary(trx: Trx): Promise<CanaryRecord> {
  const first: CanaryRecord = { workerId: null, canary: never }
  await sql`insert into settings (key, value) values ('canary', ${jsonb(first)}) on conflict do nothing`.execute(
    trx,
  )
  await sql`select 1 from settings where key = 'canary' for update`.execute(trx)
  return readCanary(trx)
}

export async function writeCanary(db: Reader, record: CanaryRecord): Promise<void> {
  await sql`
    insert into settings (key, value) values ('canary', ${jsonb(record)})
    on conflict (key) do update set value = excluded.value`.execute(db)
}

export async function hiddenJobs(db: Reader): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from jobs where hidden order by id`.execute(db)
  return rows.map((row) => row.id)
}

/** Deletes a hidden job with everything that belongs to it; returns false while a worker is working on it. */
export async function deleteHiddenJob(trx: Trx, id: string): Promise<boolean> {
  if ((await lockJob(trx, id)) === null) return true
  const result = await sql`
    delete from jobs where id = ${id} and hidden
      and not exists (select 1 from work where job_id = ${id} and status = 'running')`.execute(trx)
  return result.numAffectedRows === 1n
}
