import { sql } from 'kysely'
import type { CheckingView } from '../contract/job.ts'
import type { WorkKind, WorkOutcome, WorkStatus } from '../domain/model.ts'
import { clock } from '../lib/clock.ts'
import { fromJsonOrNull, toFlag, toJson, toJsonOrNull } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'
import { unfinished } from './jobs.ts'
import { noteQueued } from './queue.ts'
import type { QueueName } from './database/schema.ts'

/**
 * Long work and its leases. A claim raises `lease`; every write for the work names the lease it was claimed with, so that a
 * worker that lost its claim is refused.
 */
export interface NewWork {
  readonly id: string
  readonly jobId: string
  readonly epoch: number
  readonly kind: WorkKind
  readonly taskId: string | null
  readonly attemptId: string | null
}

/** The queue of each kind: long work that needs a slot, and short git work that must not wait behind it. */
const queueOf: Readonly<Record<WorkKind, QueueName>> = {
  attempt: 'work',
  review: 'work',
  checks: 'work',
  merge: 'repository',
  deliver: 'repository',
}

/** Inserts work, which is due at once: the row is its entry in the queue. */
export async function insertWork(trx: JobTrx, work: NewWork): Promise<void> {
  await trx
    .insertInto('work')
    .values({
      id: work.id,
      job_id: work.jobId,
      epoch: work.epoch,
      kind: work.kind,
      task_id: work.taskId,
      attempt_id: work.attemptId,
      queue: queueOf[work.kind],
      finishes: toFlag(work.kind !== 'attempt'),
      status: 'queued',
      lease: 0,
      created_at: clock.now(),
    })
    .execute()
  noteQueued(trx)
}

export interface WorkRow {
  id: string
  job_id: string
  epoch: number
  kind: WorkKind
  task_id: string | null
  attempt_id: string | null
  status: WorkStatus
  lease: number
  outcome: WorkOutcome | null
}

export async function readWork(db: Reader, id: string): Promise<WorkRow | null> {
  const row = await db
    .selectFrom('work')
    .select(['id', 'job_id', 'epoch', 'kind', 'task_id', 'attempt_id', 'status', 'lease', 'outcome'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? null : { ...row, outcome: fromJsonOrNull(row.outcome) }
}

/** Begins claimed work. Returns false when its claim is no longer valid, or it has ended or was withdrawn. */
export async function beginWork(trx: JobTrx, id: string, lease: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('work')
    .set({ status: 'running', started_at: clock.now() })
    .where('id', '=', id)
    .where('lease', '=', lease)
    .where('status', '=', 'queued')
    .where('lease_until', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Whether the lease is still valid; the row is locked, so that the following writes in `trx` are fenced. */
export async function holdsLease(trx: JobTrx, id: string, lease: number): Promise<boolean> {
  const row = await trx
    .selectFrom('work')
    .select('id')
    .where('id', '=', id)
    .where('lease', '=', lease)
    .where('status', '=', 'running')
    .where('lease_until', 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Ends work under its lease, or with `lease` null whatever the lease. Returns false when the lease was lost. */
export async function endWork(
  trx: JobTrx,
  id: string,
  lease: number | null,
  status: WorkStatus,
  outcome: WorkOutcome | null,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('work')
    .set({ status, outcome: toJsonOrNull(outcome), ended_at: clock.now(), lease_until: null })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .$if(lease !== null, (work) => work.where('lease', '=', lease ?? 0))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Returns the ids of unfinished jobs that break the first promise: no due advance, no queued or leased work, and no named
 * wait for a person. (A wait with a time has an advance that is due then.) Always empty; a job found here is rescued and
 * counted.
 */
export async function stuckJobs(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs as j')
    .select('j.id')
    .where('j.status', 'in', unfinished)
    .where('j.advance_due_at', 'is', null)
    .where((job) =>
      job.not(
        job.exists(
          job
            .selectFrom('work as w')
            .select('w.id')
            .whereRef('w.job_id', '=', 'j.id')
            .where((work) =>
              work.or([
                work('w.status', '=', 'queued'),
                work.and([work('w.status', '=', 'running'), work('w.lease_until', 'is not', null)]),
              ]),
            ),
        ),
      ),
    )
    .where((job) =>
      job.not(
        job.and([
          job('j.status', '=', 'waiting'),
          job('j.cancel_requested_at', 'is', null),
          job('j.wait_for', 'is not', null),
          job.or([
            job('j.wait_for', 'in', ['budget', 'backend']),
            job.and([job('j.wait_for', '=', 'approval'), job('j.plan_approved', '=', 0)]),
          ]),
        ]),
      ),
    )
    .execute()
  return rows.map((row) => row.id)
}

/** Stores the check that a run of checks has reached. */
export async function setCurrentCheck(trx: JobTrx, id: string, check: CheckingView): Promise<void> {
  await trx
    .updateTable('work')
    .set({ current_check: toJson(check) })
    .where('id', '=', id)
    .execute()
}

/** Returns the number of slots in use; work that waits for a person has released its slot. */
export async function busySlots(db: Reader): Promise<number> {
  const { busy } = await db
    .selectFrom('work as w')
    .leftJoin('attempts as x', (join) =>
      join.onRef('x.id', '=', 'w.attempt_id').on('x.status', '=', 'running'),
    )
    .leftJoin('agents as a', 'a.id', 'x.agent_id')
    .select((row) => row.fn.countAll<number>().as('busy'))
    .where('w.status', '=', sql.lit('running'))
    .where('w.queue', '=', 'work')
    .where((row) => row.or([row('a.status', 'is', null), row('a.status', '<>', 'waiting')]))
    .executeTakeFirstOrThrow()
  return busy
}
