import { roomOnDisk } from '../domain/set-aside.ts'
import { transition } from '../domain/job.ts'
import { AppError } from '../lib/app-error.ts'
import type { Trx } from '../store/database.ts'
import { appendEvents, type NewEvent } from '../store/events.ts'
import { updateAttempt, type AttemptChange } from '../store/attempts.ts'
import { lockJob, updateJob, type JobRow } from '../store/jobs.ts'
import { enqueue } from '../store/queue.ts'
import { isTaskCancelRequested } from '../store/task-acts.ts'
import { beginActivity, releaseAgent } from '../store/team.ts'
import { claimWork, endWork, holdsLease, readWork, type WorkRow } from '../store/work.ts'
import { insertChecks } from '../store/checks.ts'
import { keepFindings } from '../store/findings.ts'
import { SourceError } from '../workspace/source-error.ts'
import type { Claim, Report } from './claim.ts'
import type { Engine } from './engine.ts'
import { heldByUpgrade } from './held-by-upgrade.ts'
import { isDiskFull, isInterruption } from './interruption.ts'
import { patientEngine } from './patient-engine.ts'
import { RepositoryMissing } from './repository-of.ts'
import { runAttempt } from './run-attempt.ts'
import { runChecks } from './run-checks.ts'
import { runDeliver, runMerge } from './run-repository.ts'

/** Between two looks for room on a full disk: so many pauses of a retry, and never longer than this. */
const ROOM_FACTOR = 10
const ROOM_MS = 30_000

/**
 * The long work behind a queue entry: claim it under a lease, do it, report it, and enqueue `advance`, which decides
 * what follows. An entry that is delivered a second time finds the work begun, and marks it as interrupted.
 */
export function runWork(engine: Engine, workId: string): Promise<void> {
  // The queue gives an entry out again when it has not heard of it for a while, which may have been its own fault.
  return engine.running.once(workId, () => runClaimed(patientEngine(engine), workId))
}

async function runClaimed(engine: Engine, workId: string): Promise<void> {
  const claimed = await claim(engine, workId)
  if (claimed === null) return
  const handle = engine.running.add(claimed.work)
  try {
    const claim = { ...claimed, signal: handle.signal }
    const beganAt = Date.now()
    const report = await run(engine, claim)
    const isBelieved = handle.signal.aborted || !(await engine.program.wasUpgradedSince(beganAt))
    await finish(engine, claimed, isBelieved ? report : heldByUpgrade(claim, report, nextLook(engine)))
  } finally {
    handle.done()
  }
}

async function claim(engine: Engine, workId: string): Promise<Omit<Claim, 'signal'> | null> {
  return engine.db.tx(async (trx) => {
    const work = await readWork(trx, workId)
    if (work === null) return null
    const job = await lockJob(trx, work.job_id)
    if (job === null) return null
    if (work.status === 'queued' && (await isCancelRequested(trx, job, work))) {
      await enqueue(engine.db.boss, trx, 'advance', [{ data: { job_id: job.id } }])
      return null
    }
    const lease = await claimWork(trx, workId, engine.workerId)
    if (lease === null) {
      if (work.status === 'running') await abandon(engine, trx, work)
      return null
    }
    await begin(trx, job, work)
    return { work, lease, job }
  })
}

/** Whether a person wants the end of the job or of the task that the work is for. */
async function isCancelRequested(trx: Trx, job: JobRow, work: WorkRow): Promise<boolean> {
  return job.cancel_requested_at !== null || isTaskCancelRequested(trx, work.task_id)
}

/** The entry came back from the queue although the work had begun: whoever began it no longer renews its lease. */
async function abandon(engine: Engine, trx: Trx, work: WorkRow): Promise<void> {
  await endWork(trx, work.id, null, 'lost', null)
  if (work.attempt_id !== null && (work.kind === 'attempt' || work.kind === 'review')) {
    await updateAttempt(trx, work.attempt_id, {
      status: 'lost',
      error: 'Its worker stopped answering.',
      ended_at: new Date(),
    })
  }
  await appendEvents(trx, work.job_id, [
    {
      type: 'work.lost',
      actor: 'server',
      taskId: work.task_id,
      attemptId: work.attempt_id,
      message: `The ${work.kind} was interrupted: its worker stopped answering.`,
      data: { kind: work.kind },
    },
  ])
  await enqueue(engine.db.boss, trx, 'advance', [{ data: { job_id: work.job_id } }])
}

/** The first claim is what starts a job: `started_at` is a fact about work, not about acceptance. */
async function begin(trx: Trx, job: JobRow, work: WorkRow): Promise<void> {
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
  if (events.length > 0) await appendEvents(trx, job.id, events)
}

async function beginJob(trx: Trx, job: JobRow): Promise<NewEvent[]> {
  const status = transition(job.status, 'start')
  if (status === null) return []
  const phase = job.mode === 'solo' || job.plan !== null ? 'building' : 'planning'
  const started = job.started_at === null ? { started_at: new Date() } : {}
  await updateJob(trx, job.id, { status, phase, ...started })
  return [{ type: 'job.started', actor: 'server', phase, message: 'Work on the job began.' }]
}

async function beginAttempt(trx: Trx, work: WorkRow): Promise<NewEvent[]> {
  if ((work.kind !== 'attempt' && work.kind !== 'review') || work.attempt_id === null) return []
  await updateAttempt(trx, work.attempt_id, { status: 'running', started_at: new Date() })
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

/** What is reported of work that threw. */
function brokenOff(engine: Engine, claim: Claim, error: unknown): Report {
  const message = error instanceof Error ? error.message : String(error)
  engine.log.warn({ err: error, work: claim.work.id, kind: claim.work.kind }, 'work failed')
  const { kind, task_id, attempt_id } = claim.work
  const stopped = claim.signal.aborted
  const isLost = stopped || isInterruption(error)
  const noRoom = stopped || !isDiskFull(error) ? null : nextLook(engine)
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

/** How an attempt ended that could not be concluded; one that a full disk ended counts as none, and waits. */
function endedBy(message: string, isLost: boolean, noRoom: string | null): AttemptChange {
  if (noRoom === null) return { status: isLost ? 'lost' : 'failed', error: message }
  const held = { for: 'retry', on: roomOnDisk, until: noRoom } as const
  return { status: 'lost', error: message, outcome: { held } }
}

/** When a job that found no room on the disk looks again. */
function nextLook({ limits }: Engine): string {
  return new Date(Date.now() + Math.min(limits.retryMs * ROOM_FACTOR, ROOM_MS)).toISOString()
}

/** What was asked for cannot be done: no fault of the server's. */
function isOfRequest(error: unknown): boolean {
  return error instanceof SourceError || (error instanceof AppError && error.status < 500)
}

/** Writes the report under the lease; without it everything is dropped, because somebody else owns the work now. */
async function finish(engine: Engine, { work, lease }: Omit<Claim, 'signal'>, report: Report): Promise<void> {
  await engine.db.tx(async (trx) => {
    const job = await lockJob(trx, work.job_id)
    if (job === null || !(await holdsLease(trx, work.id, lease))) return
    const cancelled = await isCancelRequested(trx, job, work)
    if (report.attempt !== undefined && work.attempt_id !== null) {
      const status = cancelled && report.attempt.status === 'lost' ? { status: 'cancelled' as const } : {}
      await updateAttempt(trx, work.attempt_id, { ...report.attempt, ...status, ended_at: new Date() })
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
      await keepFindings(trx, work.job_id, report.outcome.commit, report.findings)
    if (report.outcome.kind === 'merged')
      await updateJob(trx, work.job_id, { head_commit: report.outcome.commit })
    await appendEvents(trx, work.job_id, report.events)
    await endWork(trx, work.id, lease, report.status ?? 'done', report.outcome)
    await enqueue(engine.db.boss, trx, 'advance', [{ data: { job_id: work.job_id } }])
  })
}
