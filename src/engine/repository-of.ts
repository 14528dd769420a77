import { hasWork } from '../store/attempts.ts'
import { ensureJobRepository, jobRepository, type JobRepository } from '../workspace/job-repository.ts'
import type { Engine } from './engine.ts'

/** Thrown when a repository that held work is missing: only the data directory's copy can bring the work back. */
export class RepositoryMissing extends Error {
  override readonly name = 'RepositoryMissing'
}

/** Returns the repository of a job, which is created once, when its work begins. */
export async function repositoryOf(
  engine: Engine,
  job: { readonly id: string; readonly source: string | null; readonly branch: string },
  signal?: AbortSignal,
): Promise<JobRepository> {
  const { dataDir, pool } = engine
  const there = jobRepository(dataDir, job.id)
  if (there !== null) return there
  if (await hasWork(engine.db.reader, job.id))
    throw new RepositoryMissing(
      `The repository of the job, with the work that was done, is missing from the data directory ${dataDir}: put jobs/${job.id} back there, then restart the job.`,
    )
  return ensureJobRepository({
    dataDir,
    jobId: job.id,
    source: job.source,
    branch: job.branch,
    pool,
    ...(signal === undefined ? {} : { signal }),
  })
}
