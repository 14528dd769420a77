import { readJob, type JobRow } from '../store/jobs.ts'
import type { Engine } from './engine.ts'
import { notFound } from './not-found.ts'

/** Returns the row of a job, unlocked; throws `AppError` 404 when there is none. */
export async function existingJob({ db }: Pick<Engine, 'db'>, id: string): Promise<JobRow> {
  const job = await readJob(db.reader, id)
  if (job === null) throw notFound(id)
  return job
}
