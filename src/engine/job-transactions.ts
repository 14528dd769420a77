import type { Database, JobTrx, Trx } from '../store/database/database.ts'
import { appendEvents, type NewEvent } from '../store/events.ts'
import { lockJob, type JobRow } from '../store/jobs.ts'
import { enqueueAdvance } from '../store/queue.ts'
import { holdsLease } from '../store/work.ts'
import type { Claim } from './claim.ts'
import { notFound } from './not-found.ts'

/**
 * Every write to a job is one of three transactions: `personAct`, `underLease` or `serverAct`. Each locks the job's row
 * first, so two of them never decide at the same time, and commits the changed rows, the events that describe them and
 * the due `advance` that continues the job together.
 */
export interface JobTransaction {
  readonly trx: JobTrx
  /** The job as it was when it was locked. */
  readonly job: JobRow
  /** Appends events in order. */
  append(events: readonly NewEvent[]): Promise<void>
  /** Queues an `advance` of the job, due at once or at `at`. */
  queueAdvance(at?: Date): Promise<void>
}

/**
 * Does what a person asked of a job, and queues an `advance`. `change` refuses by throwing `AppError`, which rolls everything
 * back. Throws `AppError` not_found when there is no such job.
 */
export function personAct<T>(
  db: Database,
  jobId: string,
  change: (transaction: JobTransaction) => Promise<T>,
): Promise<T> {
  return db.tx(async (trx) => {
    const transaction = await begin(trx, jobId)
    if (transaction === null) throw notFound(jobId)
    const result = await change(transaction)
    await transaction.queueAdvance()
    return result
  })
}

/**
 * Writes on behalf of claimed work. Returns null, and writes nothing, when the lease of the claim is no longer valid,
 * because the work has ended or belongs to another worker.
 */
export function underLease<T>(
  db: Database,
  { work, lease }: Pick<Claim, 'work' | 'lease'>,
  change: (transaction: JobTransaction) => Promise<T>,
): Promise<T | null> {
  return db.tx(async (trx) => {
    const transaction = await begin(trx, work.job_id)
    if (transaction === null || !(await holdsLease(transaction.trx, work.id, lease))) return null
    return change(transaction)
  })
}

/** Writes what the server itself decides: advance, claim, recover, rescue. Returns null when there is no such job. */
export function serverAct<T>(
  db: Database,
  jobId: string,
  change: (transaction: JobTransaction) => Promise<T>,
): Promise<T | null> {
  return db.tx(async (trx) => {
    const transaction = await begin(trx, jobId)
    return transaction === null ? null : change(transaction)
  })
}

/**
 * Like `serverAct`, for several jobs in one transaction. `change` gets a function that looks a job up by its id; it returns
 * null for a job that does not exist or was not named in `jobIds`.
 */
export function serverActOnJobs<T>(
  db: Database,
  jobIds: Iterable<string>,
  change: (trx: Trx, find: (jobId: string) => JobTransaction | null) => Promise<T>,
): Promise<T> {
  return db.tx(async (trx) => {
    const found = new Map<string, JobTransaction>()
    // In one order, so that two such transactions never wait for each other.
    for (const id of [...new Set(jobIds)].toSorted()) {
      const transaction = await begin(trx, id)
      if (transaction !== null) found.set(id, transaction)
    }
    return change(trx, (id) => found.get(id) ?? null)
  })
}

/** Queues an `advance` of each job as part of `trx`: for jobs that are new, or many at once, and are not changed otherwise. */
export async function queueAdvance(trx: Trx, jobIds: readonly string[]): Promise<void> {
  await enqueueAdvance(trx, jobIds)
}

async function begin(trx: Trx, jobId: string): Promise<JobTransaction | null> {
  const locked = await lockJob(trx, jobId)
  if (locked === null) return null
  return {
    ...locked,
    async append(events) {
      if (events.length > 0) await appendEvents(locked.trx, jobId, events)
    },
    queueAdvance: (at) => enqueueAdvance(trx, [jobId], at),
  }
}
