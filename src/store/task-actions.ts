import type { Feedback } from '../domain/model.ts'
import { countAttempts } from './attempts.ts'
import { clock } from '../lib/clock.ts'
import { toJson } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'

/**
 * Resets a task to its state before it began, with all its tries: earlier attempts no longer count. The notes come first in
 * the brief of every attempt from now on.
 */
export async function startOver(trx: JobTrx, taskId: string, notes: readonly Feedback[]): Promise<void> {
  const attempts = await countAttempts(trx, taskId, 'work')
  await trx
    .updateTable('tasks')
    .set({
      status: 'pending',
      error: null,
      completed_at: null,
      cancel_requested_at: null,
      notes: toJson([...notes]),
      tries_from: attempts + 1,
    })
    .where('id', '=', taskId)
    .execute()
}

/** Records that a person has requested the cancellation of a task. */
export async function requestTaskCancel(trx: JobTrx, taskId: string): Promise<void> {
  await trx.updateTable('tasks').set({ cancel_requested_at: clock.now() }).where('id', '=', taskId).execute()
}

/** Whether a person has requested the cancellation of a task; false for work that belongs to no task. */
export async function isTaskCancelRequested(db: Reader, taskId: string | null): Promise<boolean> {
  if (taskId === null) return false
  const row = await db
    .selectFrom('tasks')
    .select('id')
    .where('id', '=', taskId)
    .where('cancel_requested_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether a person has requested the cancellation of a job, or of this task of it. */
export async function isCancelRequested(db: Reader, jobId: string, taskId: string | null): Promise<boolean> {
  const row = await db
    .selectFrom('jobs')
    .select('id')
    .where('id', '=', jobId)
    .where('cancel_requested_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined || (await isTaskCancelRequested(db, taskId))
}
