import { fromJsonOrNull, toMillis } from '../database/columns.ts'
import type { Reader } from '../database/database.ts'

/** The outcome of a job that has ended. */
export interface RecentOutcome {
  readonly endedAt: Date
  /** Whether it failed and its last work ended in an error of the server itself. */
  readonly failedByServer: boolean
  readonly error: string | null
}

const OUTCOMES = 8

/** Returns the last jobs that ended since `since`, newest first, without cancelled jobs and the server's own. */
export async function readOutcomes(db: Reader, since: Date): Promise<RecentOutcome[]> {
  const jobs = await db
    .selectFrom('jobs')
    .select(['id', 'epoch', 'status', 'completed_at'])
    .where('hidden', '=', 0)
    .where('status', 'in', ['completed', 'failed'])
    .where('completed_at', '>=', toMillis(since))
    .orderBy('completed_at', 'desc')
    .limit(OUTCOMES)
    .execute()
  return Promise.all(
    jobs.map(async ({ id, epoch, status, completed_at }) => {
      const last = await db
        .selectFrom('work')
        .select('outcome')
        .where('job_id', '=', id)
        .where('epoch', '=', epoch)
        .where('outcome', 'is not', null)
        .where('ended_at', 'is not', null)
        .orderBy('ended_at', 'desc')
        .limit(1)
        .executeTakeFirst()
      const outcome = fromJsonOrNull(last?.outcome ?? null)
      const broken = outcome?.kind === 'error' ? outcome : null
      return {
        endedAt: new Date(completed_at ?? 0),
        failedByServer: status === 'failed' && broken?.server === true,
        error: broken?.message ?? null,
      }
    }),
  )
}
