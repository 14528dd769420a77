import { clock } from '../lib/clock.ts'
import type { Database, JobTrx, Reader } from './database/database.ts'

/** The maximum number of rows deleted in one transaction, so that others need not wait for long. */
const TOGETHER = 2000

/** Marks a job that has ended as deleted: it is invisible from the commit on, and its idempotency key is free. */
export async function markDeleted(trx: JobTrx, id: string): Promise<void> {
  await trx
    .updateTable('jobs')
    .set({ deleted_at: clock.now(), hidden: 1, idempotency_key: null, advance_due_at: null })
    .where('id', '=', id)
    .execute()
}

/** Returns the jobs that are marked as deleted and whose rows are still there. */
export async function deletedJobs(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('deleted_at', 'is not', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Deletes the rows of a job that is marked as deleted: those that are many a part at a time, then the rest with the job. */
export async function deleteRows(db: Database, id: string): Promise<void> {
  for (let deleted = TOGETHER; deleted === TOGETHER;)
    deleted = await db.tx(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('events')
        .where('job_id', '=', id)
        .where('seq', 'in', (row) =>
          row
            .selectFrom('events as oldest')
            .select('oldest.seq')
            .where('oldest.job_id', '=', id)
            .orderBy('oldest.seq')
            .limit(TOGETHER),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    })
  await db.tx((trx) =>
    trx.deleteFrom('jobs').where('id', '=', id).where('deleted_at', 'is not', null).execute(),
  )
}
