import { sql } from 'kysely'
import type { Reader } from '../database/database.ts'

/** The commit of a job's branch, according to its rows. */
export interface JobHead {
  readonly id: string
  readonly branch: string
  /** The last commit on the branch, or the one at which the job began; null before that. */
  readonly commit: string | null
  readonly isDelivered: boolean
}

/** Returns the commits of the branches of all jobs, except hidden jobs and jobs that are being deleted. */
export async function readHeads(db: Reader): Promise<JobHead[]> {
  const rows = await db
    .selectFrom('jobs as j')
    .select((job) => [
      'j.id',
      'j.branch',
      'j.result_path',
      job.fn
        .coalesce(
          'j.head_commit',
          job
            .selectFrom('attempts as x')
            .select('x.base_commit')
            .whereRef('x.job_id', '=', 'j.id')
            .where('x.base_commit', 'is not', null)
            .orderBy('x.created_at')
            .orderBy('x.id')
            .limit(sql.lit(1)),
        )
        .as('commit'),
    ])
    .where('j.hidden', '=', 0)
    .execute()
  return rows.map(({ id, branch, commit, result_path }) => ({
    id,
    branch,
    commit,
    isDelivered: result_path !== null,
  }))
}
