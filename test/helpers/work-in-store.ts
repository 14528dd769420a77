import { newId } from '../../src/lib/ids.ts'
import type { WorkKind } from '../../src/domain/model.ts'
import type { Database } from '../../src/store/database/database.ts'
import { insertJobs, type NewJobRow } from '../../src/store/jobs.ts'
import { insertWork } from '../../src/store/work.ts'
import { newJobRow } from './new-job-row.ts'

/** Adds a job with these pieces of work, which are queued in their order. Returns their ids. */
export async function addJobWithWork(
  db: Database,
  kinds: readonly WorkKind[],
  given: Partial<NewJobRow> = {},
): Promise<{ jobId: string; workIds: string[] }> {
  const row = newJobRow(given)
  const workIds = kinds.map(() => newId())
  await db.tx(async (trx) => {
    const inserted = await insertJobs(trx, [row])
    for (const [index, kind] of kinds.entries())
      await insertWork(inserted, {
        id: workIds[index] ?? '',
        jobId: row.id,
        epoch: 1,
        kind,
        taskId: null,
        attemptId: null,
      })
  })
  return { jobId: row.id, workIds }
}
