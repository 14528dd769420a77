import { roomOnDisk } from '../../domain/set-aside.ts'
import { transition } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { statusOf } from '../../lib/errors.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateAttempt, type AttemptChange } from '../../store/attempts.ts'
import { updateJob, type JobRow } from '../../store/jobs.ts'
import { readPlans } from '../../store/plans.ts'
import { isTaskCancelRequested } from '../../store/task-actions.ts'
import { beginActivity, releaseAgent } from '../../store/team.ts'
import type { ClaimedEntry } from '../../store/queue.ts'
import { beginWork, endWork, readWork, type WorkRow } from '../../store/work.ts'
import { insertChecks } from '../../store/checks.ts'
import { storeFindings } from '../../store/findings.ts'
import { SourceError } from '../../workspace/source/source-error.ts'
import type { Claim, Report } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { heldByUpgrade } from './held-by-upgrade.ts'
import { isDiskFull, isInterruption } from '../interruption.ts'
import { serverAct, underLease } from '../job-transactions.ts'
import { patientEngine } from '../patient-engine.ts'
import { RepositoryMissing } from '../repository-of.ts'
import { runAttempt } from '../attempt/run-attempt.ts'
import { runChecks } from './run-checks.ts'
import { runDeliver, runMerge } from './run-repository.ts'

/** The interval between two checks for space on a full disk: a multiple of the retry delay, with a maximum in ms. */
const ROOM_FACTOR = 10
const ROOM_MS = 30_000

/** Runs claimed work: begins it, does it, reports it under its lease, and queues an `advance`, which decides what follows. */
export async function runWork(impatient: Engine, entry: ClaimedEntry): Promise<void> {
  const engine = patientEngine(impatient)
  const claimed = await beginClaimed(engine, entry)
  if (claimed === null) return
  const handle = engine.running.add(claimed.work)
  try {
    const claim = { ...claimed, signal: handle.signal }
    const beganAt = clock.now()
    const report = await run(engine, claim)
    const isBelieved = handle.signal.aborted || !(await engine.program.wasUpgradedSince(beganAt))
    await finish(engine, claimed, isBelieved ? report : heldByUpgrade(claim, report, nextCheckAt(engine)))
  } finally {
    handle.done()
  }
}

/** Begins claimed work, under the lock of its job. Returns null when it is not to begin any more. */
async function beginClaimed(
  engine: Engine,
  { id, job_id, lease }: ClaimedEntry,
): Promise<Omit<Claim, 'signal'> | null> {
  return serverAct(engine.db, job_id, async ({ trx, job, append, queueAdvance }) => {
    const work = await readWork(trx, id)
    if (work === null) return null
    if (work.status === 'queued' && (await isCancelRequested(trx, job, work))) {
      await queueAdvance()
      return null
    }
    if (!(await beginWork(trx, id, lease))) return null
    await append(await begin(trx, job, work))
    return { work, lease, job }
  })
}

/** Whether a person has requested the cancellation of the job or of the work's task. */
async function isCancelRequested(trx: JobTrx, job: JobRow, work: WorkRow): Promise<boolean> {
  return job.cancel_requested_at !== null || isTaskCancelRequested(trx, work.task_id)
}

/** Starts the job on its first claim: `started_at` is the start of work, not of acceptance. */
async function begin(trx: JobTrx, job: JobRow, work: WorkRow): Promise<NewEvent[]> {
  const events = [...(await beginJob(trx, job)), ...(await beginAttempt(trx, work))]
  if (work.kind === 'checks') {
    events.push({
      type: 'checks.started',
      actor: 'server',
      taskId: work.task_id,
      attemptId: work.attempt_id,
      message: 'Running the checks on a clean checkout.',
    })
  }
  return events
}

async function beginJob(trx: JobTrx, job: JobRow): Promise<NewEvent[]> {
  const status = transition(job.status, 'start')
  if (status === null) return []
  const isPlanned = job.mode === 'solo' || (await readPlans(trx, job.id)).adopted !== null
  const phase = isPlanned ? 'building' : 'planning'
  const started = job.started_at === null ? { started_at: clock.date() } : {}
  await updateJob(trx, job.id, { status, phase, ...started })
  return [{ type: 'job.started', actor: 'server', phase, message: 'Work on the job began.' }]
}

async function beginAttempt(trx: JobTrx, work: WorkRow): Promise<NewEvent[]> {
  if ((work.kind !== 'attempt' && work.kind !== 'review') || work.attempt_id === null) return []
  await updateAttempt(trx, work.attempt_id, { status: 'running', started_at: clock.date() })
  const doing = work.kind === 'review' ? 'reviewing' : 'working on'
  const { name, title } = (await beginActivity(trx, work.attempt_id)) ?? { name: '?', title: '' }
  return [
    {
      type: 'attempt.started',
      actor: `agent:${name}`,
      taskId: work.task_id,
      attemptId: work.attempt_id,
      message: `${name} is ${doing} "${title}".`,
    },
  ]
}

async function run(engine: Engine, claim: Claim): Promise<Report> {
  try {
    switch (claim.work.kind) {
      case 'attempt':
      case 'review':
        return await runAttempt(engine, claim)
      case 'checks':
        return await runChecks(engine, claim)
      case 'merge':
        return await runMerge(engine, claim)
      case 'deliver':
        return await runDeliver(engine, claim)
    }
  } catch (error) {
    return brokenOff(engine, claim, error)
  }
}

/** Builds the report of work that threw. */
function brokenOff(engine: Engine, claim: Claim, error: unknown): Report {
  const message = error instanceof Error ? error.message : String(error)
  engine.log.warn({ err: error, work: claim.work.id, kind: claim.work.kind }, 'work failed')
  const { kind, task_id, attempt_id } = claim.work
  const stopped = claim.signal.aborted
  const isLost = stopped || isInterruption(error)
  const noRoom = stopped || !isDiskFull(error) ? null : nextCheckAt(engine)
  return {
    outcome: {
      kind: 'error',
      message,
      ...(noRoom === null ? {} : { noRoomUntil: noRoom }),
      permanent: error instanceof RepositoryMissing || (error instanceof SourceError && error.isPermanent),
      server: !stopped && !isOfRequest(error),
    },
    status: stopped ? 'cancelled' : isLost ? 'lost' : 'done',
    ...(kind === 'attempt' || kind === 'review' ? { attempt: endedBy(message, isLost, noRoom) } : {}),
    events: [
      {
        type: `${kind}.failed`,
        actor: 'server',
        taskId: task_id,
        attemptId: attempt_id,
        message: `The ${kind} did not work: ${message}`,
      },
    ],
  }
}

/** Returns the end of an attempt that could not be concluded; one ended by a full disk does not count, and waits. */
function endedBy(message: string, isLost: boolean, noRoom: string | null): AttemptChange {
  if (noRoom === null) return { status: isLost ? 'lost' : 'failed', error: message }
  const wait = { for: 'retry', on: roomOnDisk, until: noRoom } as const
  return { status: 'lost', error: message, outcome: { held: wait } }
}

/** Returns when a job that found the disk full tries again (ISO 8601). */
function nextCheckAt({ limits }: Engine): string {
  return new Date(clock.now() + Math.min(limits.retryMs * ROOM_FACTOR, ROOM_MS)).toISOString()
}

/** Whether the request itself cannot be fulfilled, which is not a fault of the server. */
function isOfRequest(error: unknown): boolean {
  return error instanceof SourceError || (error instanceof AppError && statusOf(error.code) < 500)
}

/** Writes the report under the lease; without a valid lease it is dropped, because another worker owns the work now. */
async function finish(engine: Engine, { work, lease }: Omit<Claim, 'signal'>, report: Report): Promise<void> {
  await underLease(engine.db, { work, lease }, async ({ trx, job, append, queueAdvance }) => {
    const cancelled = await isCancelRequested(trx, job, work)
    if (report.attempt !== undefined && work.attempt_id !== null) {
      const status = cancelled && report.attempt.status === 'lost' ? { status: 'cancelled' as const } : {}
      await updateAttempt(trx, work.attempt_id, { ...report.attempt, ...status, ended_at: clock.date() })
      await releaseAgent(trx, work.attempt_id)
    }
    if (report.checks !== undefined) {
      await insertChecks(
        trx,
        { jobId: work.job_id, workId: work.id, taskId: work.task_id, attemptId: work.attempt_id },
        report.checks,
      )
    }
    if (report.findings !== undefined && report.outcome.kind === 'checks')
      await storeFindings(trx, work.job_id, report.outcome.commit, report.findings)
    if (report.outcome.kind === 'merged')
      await updateJob(trx, work.job_id, { head_commit: report.outcome.commit })
    await append(report.events)
    await endWork(trx, work.id, lease, report.status ?? 'done', report.outcome)
    await queueAdvance()
  })
}
