import { advance } from '../../src/engine/job/advance.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { serverAct, underLease } from '../../src/engine/job-transactions.ts'
import type { WorkOutcome, WorkStatus } from '../../src/domain/model.ts'
import { newId } from '../../src/lib/ids.ts'
import { updateAttempt, type AttemptChange } from '../../src/store/attempts.ts'
import { readPlans } from '../../src/store/plans.ts'
import { updateJob, type NewJobRow } from '../../src/store/jobs.ts'
import type { QueueName } from '../../src/store/database/schema.ts'
import { beginActivity, releaseAgent } from '../../src/store/team.ts'
import { endWork } from '../../src/store/work.ts'
import { claimWork, isAdvanceDue, storeJob, type ClaimedWork } from './stored-job.ts'

/** Accepts a job, and advances it as far as possible without a worker. Returns its id. */
export async function acceptJob(engine: Engine, given: Partial<NewJobRow> = {}): Promise<string> {
  const id = await storeJob(engine.db, given)
  await serverAct(engine.db, id, ({ queueAdvance }) => queueAdvance())
  await settle(engine, id)
  return id
}

/** Moves a job until no advance of it is due. */
export async function settle(engine: Engine, jobId: string): Promise<void> {
  while (await isAdvanceDue(engine.db, jobId)) await advance(engine, jobId)
}

/** How pretended work ends. */
export interface PretendedEnd {
  readonly outcome: WorkOutcome
  readonly status?: WorkStatus
  readonly attempt?: AttemptChange
}

/** Claims the next work of a job and begins it, as a worker does. */
export async function beginPretended(
  { db, workerId }: Engine,
  jobId: string,
  queue: QueueName = 'work',
): Promise<ClaimedWork> {
  const claimed = await claimWork(db, jobId, queue, workerId)
  const { kind, attempt_id: attemptId } = claimed.work
  await underLease(db, claimed, async ({ trx, job }) => {
    if (job.status === 'queued') {
      const phase =
        job.mode === 'solo' || (await readPlans(trx, jobId)).adopted !== null ? 'building' : 'planning'
      await updateJob(trx, jobId, { status: 'running', phase, started_at: new Date() })
    }
    if (attemptId === null || (kind !== 'attempt' && kind !== 'review')) return
    await updateAttempt(trx, attemptId, { status: 'running', started_at: new Date() })
    await beginActivity(trx, attemptId)
  })
  return claimed
}

/** Reports the end of claimed work, and moves its job on. */
export async function endPretended(engine: Engine, claimed: ClaimedWork, end: PretendedEnd): Promise<void> {
  const { work, lease } = claimed
  await underLease(engine.db, claimed, async ({ trx, queueAdvance }) => {
    if (end.attempt !== undefined && work.attempt_id !== null) {
      await updateAttempt(trx, work.attempt_id, { ...end.attempt, ended_at: new Date() })
      await releaseAgent(trx, work.attempt_id)
    }
    await endWork(trx, work.id, lease, end.status ?? 'done', end.outcome)
    await queueAdvance()
  })
  await settle(engine, work.job_id)
}

/** Does work of a job as a worker that only pretends it. */
async function pretend(
  engine: Engine,
  jobId: string,
  queue: QueueName,
  end: PretendedEnd,
): Promise<ClaimedWork> {
  const claimed = await beginPretended(engine, jobId, queue)
  await endPretended(engine, claimed, end)
  return claimed
}

/** Reports of successful work, by kind. */
export const pretended = {
  /** The next attempt or review succeeds with this outcome. */
  session: (engine: Engine, jobId: string, attempt: AttemptChange = {}): Promise<ClaimedWork> =>
    pretend(engine, jobId, 'work', {
      outcome: { kind: 'session' },
      attempt: { status: 'succeeded', base_commit: 'base', head_commit: newId(), changed: true, ...attempt },
    }),
  checks: (engine: Engine, jobId: string, outcome: WorkOutcome): Promise<ClaimedWork> =>
    pretend(engine, jobId, 'work', { outcome }),
  merge: (engine: Engine, jobId: string, commit = newId()): Promise<ClaimedWork> =>
    pretend(engine, jobId, 'repository', { outcome: { kind: 'merged', commit } }),
  repository: (engine: Engine, jobId: string, outcome: WorkOutcome): Promise<ClaimedWork> =>
    pretend(engine, jobId, 'repository', { outcome }),
} as const
