import type { JobView } from '../../contract/job.ts'
import { coalesce } from '../../lib/coalesce.ts'
import { viewJobs } from '../../store/views/job-views.ts'
import type { Engine } from '../engine.ts'
import { notFound } from '../not-found.ts'

/** The maximum number of reads that share one statement. */
const VIEWED_TOGETHER = 64

/**
 * Returns a function that reads a job as people see it, and throws `AppError` 404 when there is none. Reads that arrive
 * together share one statement.
 */
export function openViewJob({ db }: Pick<Engine, 'db'>): (id: string) => Promise<JobView> {
  const view = coalesce(
    (ids: readonly string[]) => db.read((reader) => viewJobs(reader, ids)),
    VIEWED_TOGETHER,
  )
  return async (id) => {
    const job = await view(id)
    if (job === null) throw notFound(id)
    return job
  }
}
