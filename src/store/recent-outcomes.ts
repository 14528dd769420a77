import { sql } from 'kysely'
import type { Reader } from './database.ts'

/** The outcome of a job that has ended. */
export interface RecentOutcome {
  readonly endedAt: Date
  /** Whether it failed and its last work ended in an error of the server itself. */
  readonly failedByServer: boolean
  readonly error: string | null
}

const LOOKED_AT = 8

/** Returns the last jobs that ended since `since`, newest first, without cancelled jobs and the server's own. */
export async function readOutcomes(db: Reader, since: Date): Promise<RecentOutcome[]> {
  const { rows } = await sql<{
    ended_at: Date
    status: string
    outcome: { server?: boolean; message?: string } | null
  }>`
    select j.completed_at as ended_at, j.status, (
      select w.outcome from work w where w.job_id = j.id and w.epoch = j.epoch and w.outcome is not null
      order by w.ended_at desc nulls last limit 1) as outcome
    from jobs j where not j.hidden and j.status in ('completed', 'failed') and j.completed_at >= ${since}
    order by j.completed_at desc limit ${LOOKED_AT}`.execute(db)
  return rows.map(({ ended_at, status, outcome }) => ({
    endedAt: ended_at,
    failedByServer: status === 'failed' && outcome?.server === true,
    error: outcome?.message ?? null,
  }))
}
