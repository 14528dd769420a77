import type { Plan } from '../contract/plan.ts'
import { fromJsonOrNull, toJsonOrNull } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'

/** The plans of a job; both are null while it has none. */
export interface Plans {
  /** The plan that waits for approval or was approved, with its edits. */
  readonly proposed: Plan | null
  /** The plan that became the tasks of the job. */
  readonly adopted: Plan | null
}

export async function readPlans(db: Reader, jobId: string): Promise<Plans> {
  const row = await db
    .selectFrom('plans')
    .select(['proposed', 'adopted'])
    .where('job_id', '=', jobId)
    .executeTakeFirst()
  return { proposed: fromJsonOrNull(row?.proposed ?? null), adopted: fromJsonOrNull(row?.adopted ?? null) }
}

/** Writes the given plans; the other one stays as it is. */
export async function savePlans(trx: JobTrx, jobId: string, change: Partial<Plans>): Promise<void> {
  const columns = {
    ...(change.proposed === undefined ? {} : { proposed: toJsonOrNull(change.proposed) }),
    ...(change.adopted === undefined ? {} : { adopted: toJsonOrNull(change.adopted) }),
  }
  await trx
    .insertInto('plans')
    .values({ job_id: jobId, proposed: null, adopted: null, ...columns })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet(columns))
    .execute()
}
