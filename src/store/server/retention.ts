import { sql } from 'kysely'
import type { RemovedJob } from '../../contract/storage.ts'
import type { JobStatus } from '../../contract/words.ts'
import { clock } from '../../lib/clock.ts'
import { toFlag, toIso } from '../database/columns.ts'
import type { Database, JobTrx, Reader } from '../database/database.ts'

/** The data about a job's disk space in its row; times are epoch milliseconds. */
export interface StoredRow {
  readonly id: string
  readonly title: string
  readonly status: JobStatus
  /** Null until it was measured after the job had ended. */
  readonly bytes: number | null
  readonly completed_at: number | null
  readonly taken_at: number | null
  readonly archived_at: number | null
}

/** Returns all jobs but those of the server itself, oldest first. */
export function storedJobs(db: Reader): Promise<StoredRow[]> {
  return db
    .selectFrom('jobs')
    .select(['id', 'title', 'status', 'bytes', 'completed_at', 'taken_at', 'archived_at'])
    .where('hidden', '=', 0)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Stores the measured disk space of a job, unless it has begun again meanwhile. */
export async function saveBytes(db: Database, id: string, bytes: number, completedAt: number): Promise<void> {
  await db.tx((trx) =>
    trx
      .updateTable('jobs')
      .set({ bytes })
      .where('id', '=', id)
      .where('completed_at', '=', completedAt)
      .execute(),
  )
}

/** Records that the result of a job was downloaded; returns false when it had been downloaded before. */
export async function markDownloaded(trx: JobTrx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('jobs')
    .set({ taken_at: clock.now() })
    .where('id', '=', id)
    .where('taken_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Puts a job into the archive, or takes it out; returns false when it was there, or was not, before. */
export async function setArchived(trx: JobTrx, id: string, archived: boolean): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('jobs')
    .set({ archived_at: archived ? clock.now() : null })
    .where('id', '=', id)
    .where('archived_at', archived ? 'is' : 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export interface Removal {
  readonly title: string
  readonly bytes: number
  readonly completedAt: number
  readonly reason: RemovedJob['reason']
  readonly wasTaken: boolean
}

/** Records the removal of a job, in the transaction that marks the job as deleted. */
export async function insertRemoval(trx: JobTrx, jobId: string, removal: Removal): Promise<void> {
  await trx
    .insertInto('removals')
    .values({
      job_id: jobId,
      title: removal.title,
      bytes: removal.bytes,
      completed_at: removal.completedAt,
      removed_at: clock.now(),
      reason: removal.reason,
      was_taken: toFlag(removal.wasTaken),
    })
    .execute()
}

/** Returns the latest removals, newest first. */
export async function listRemovals(db: Reader, limit: number): Promise<RemovedJob[]> {
  const rows = await db
    .selectFrom('removals')
    .select(['job_id as id', 'title', 'bytes', 'completed_at', 'removed_at', 'reason', 'was_taken'])
    .orderBy('removed_at', 'desc')
    .orderBy(sql`job_id`, 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...row,
    completed_at: toIso(row.completed_at),
    removed_at: toIso(row.removed_at),
    was_taken: row.was_taken === 1,
  }))
}
