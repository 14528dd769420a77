import { hasWork } from '../store/attempts.ts'
import { ensureJobRepository, jobRepository, type JobRepository } from '../workspace/job-repository.ts'
import type { Engine } from './engine.ts'

/** A repository in which work was done is not where it was: nothing can bring the work back but the data directory. */
export class RepositoryMissing extends Error {
  override readonly name = 'RepositoryMissing'
}

/** The repository of a job, made when its work begins and never again. */
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
