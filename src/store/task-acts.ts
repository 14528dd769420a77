import { sql } from 'kysely'
import type { Feedback } from '../domain/model.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'

/**
 * Resets a task to its state before it began, with all its tries: earlier attempts no longer count. The notes come first in
 * the brief of every attempt from now on.
 */
export async function startOver(trx: JobTrx, taskId: string, notes: readonly Feedback[]): Promise<void> {
  await sql`
    update tasks set status = 'pending', error = null, completed_at = null, cancel_requested_at = null, notes = ${jsonb(notes)},
      tries_from = 1 + (select count(*) from attempts x where x.task_id = ${taskId} and x.kind = 'work')
    where id = ${taskId}`.execute(trx)
}

/** Records that a person has requested the cancellation of a task. */
export async function requestTaskCancel(trx: JobTrx, taskId: string): Promise<void> {
  await sql`update tasks set cancel_requested_at = ${new Date()} where id = ${taskId}`.execute(trx)
}

/** Whether a person has requested the cancellation of a task; false for work that belongs to no task. */
export async function isTaskCancelRequested(db: Reader, taskId: string | null): Promise<boolean> {
  const { rows } =
    await sql`select 1 from tasks where id = ${taskId} and cancel_requested_at is not null`.execute(db)
  return rows.length > 0
}

/** Whether a person has requested the cancellation of a job, or of this task of it. */
export async function isCancelWanted(db: Reader, jobId: string, taskId: string | null): Promise<boolean> {
  const { rows } =
    await sql`select 1 from jobs where id = ${jobId} and cancel_requested_at is not null`.execute(db)
  return rows.length > 0 || (await isTaskCancelRequested(db, taskId))
}
