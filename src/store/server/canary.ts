import { sql } from 'kysely'
import type { CanaryView } from '../../contract/server.ts'
import type { Reader, Trx } from '../database/database.ts'
import { lockJob } from '../jobs.ts'
import { lockSetting, readSetting, writeSetting } from './settings.ts'

/** The stored record of the last canary, and the worker process that runs or ran it. */
export interface CanaryRecord {
  readonly workerId: string | null
  readonly canary: CanaryView
}

const first: CanaryRecord = {
  workerId: null,
  canary: { status: 'never', at: null, duration_ms: null, job_id: null, reason: null },
}

export async function readCanary(db: Reader): Promise<CanaryRecord> {
  return (await readSetting<CanaryRecord>(db, 'canary')) ?? first
}

/** Reads the record and locks it until the end of the transaction. */
export async function lockCanary(trx: Trx): Promise<CanaryRecord> {
  return lockSetting(trx, 'canary', first)
}

export async function writeCanary(trx: Trx, record: CanaryRecord): Promise<void> {
  await writeSetting(trx, 'canary', record)
}

export async function hiddenJobs(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('hidden', '=', sql.lit(1))
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Deletes a hidden job with everything that belongs to it; returns false while a worker is working on it. */
export async function deleteHiddenJob(trx: Trx, id: string): Promise<boolean> {
  if ((await lockJob(trx, id)) === null) return true
  const { numDeletedRows } = await trx
    .deleteFrom('jobs')
    .where('id', '=', id)
    .where('hidden', '=', 1)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom('work')
            .select('work.id')
            .where('work.job_id', '=', id)
            .where('work.status', '=', 'running'),
        ),
      ),
    )
    .executeTakeFirst()
  return numDeletedRows === 1n
}
