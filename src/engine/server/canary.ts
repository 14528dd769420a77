import path from 'node:path'
import type { EventType } from '../../contract/events/event-data.ts'
import type { CanaryView } from '../../contract/server.ts'
import { isTerminal } from '../../domain/job.ts'
import { backoffMs } from '../../domain/limits.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { startTimer, timeLimit, type Timer } from '../../lib/timers.ts'
import type { Reader } from '../../store/database/database.ts'
import {
  deleteHiddenJob,
  hiddenJobs,
  lockCanary,
  readCanary,
  writeCanary,
} from '../../store/server/canary.ts'
import type { CanaryRecord } from '../../store/server/canary.ts'
import { readJob } from '../../store/jobs.ts'
import { listWorkers } from '../../store/server/workers.ts'
import { discard } from '../../workspace/trash.ts'
import { cancelJob } from '../people/cancel-job.ts'
import { judgeEnded, explainTimeout } from './canary-reason.ts'
import type { Created, Creation } from '../job/create-job.ts'
import type { Engine } from '../engine.ts'
import type { Streams } from '../job/follow-events.ts'

/** Runs a small hidden job through the ordinary path, to prove that accepted jobs run. */
export interface Canary {
  /** Returns the last canary, or the one under way. */
  view(): Promise<CanaryView>
  /** Runs a canary and resolves with its result. Throws `AppError` when one is already running or no slot became free. */
  run(): Promise<CanaryView>
  /**
   * Returns why this process's last canary failed, also while the next is under way; null when none has failed since the
   * last pass.
   */
  failing(): string | null
  /** Schedules a canary, and further ones until one passes, with delays growing up to a minute. */
  retry(): void
  /** Aborts the canary under way in this process. */
  close(): Promise<void>
}

/** The time in ms, beyond its limit, after which a canary whose server was killed counts as over. */
const GRACE_MS = 30_000
/** The time in ms that the processes of a late canary may take to end. */
const CANCEL_MS = 15_000

/** The factor by which a failed canary's retry delay exceeds the ordinary one. */
const RETRY_FACTOR = 10

/** The smallest real job: one task, one agent, a commit, its checks on a clean checkout, a delivery. */
const job: Creation['input'] = {
  vision: 'a counter',
  backend: 'offline',
  mode: 'solo',
  checks: ['node --version'],
  parallelism: 1,
  approve_plan: false,
  permissions: 'sandbox',
}

/** The parts of the ordinary path that a canary uses. */
export interface CanaryPath {
  readonly engine: Engine
  readonly streams: Streams
  readonly createJob: (creation: Creation) => Promise<Created>
}

/** The result of a canary: `reason` is null when it passed, `job_id` is null when its job was removed. */
type Outcome = Pick<CanaryView, 'job_id' | 'reason'>

export function openCanary(parts: CanaryPath): Canary {
  const { engine } = parts
  const stopping = new AbortController()
  let underway: Promise<unknown> = Promise.resolve()
  let failing: string | null = null
  let failures = 0
  let timer: Timer | null = null
  let running = 0

  const retry = (): void => {
    // Without a worker loop no canary can pass.
    if (timer !== null || running > 0 || stopping.signal.aborted || engine.limits.slots === 0) return
    const wait = backoffMs(Math.max(1, failures), engine.limits.retryMs * RETRY_FACTOR)
    timer = startTimer(wait, () => {
      timer = null
      startOnce().catch((error: unknown) => {
        engine.log.warn({ err: error }, 'the canary could not be tried again')
        retry()
      })
    })
  }
  const remember = (ended: CanaryView): CanaryView => {
    failing = ended.status === 'failed' ? (ended.reason ?? 'it failed') : null
    failures = failing === null ? 0 : failures + 1
    timer?.stop()
    timer = null
    if (failing !== null) retry()
    return ended
  }
  const startOnce = (): Promise<CanaryView> => {
    running += 1
    const run = runOnce(parts, stopping.signal).finally(() => {
      running -= 1
    })
    underway = run.catch(() => undefined)
    return run.then(remember)
  }
  return {
    view: async () => shown(engine, engine.db.reader, await readCanary(engine.db.reader)),
    run: startOnce,
    failing: () => failing,
    retry,
    async close() {
      stopping.abort()
      timer?.stop()
      await underway
    },
  }
}

/** Runs one canary and records its result. */
async function runOnce(parts: CanaryPath, stopping: AbortSignal): Promise<CanaryView> {
  const { engine } = parts
  const before = await begin(engine)
  const began = clock.now()
  const write = async (canary: Omit<CanaryView, 'at'>): Promise<CanaryView> => {
    const now = { ...canary, at: isoTime(new Date(began)) }
    await engine.db.tx((trx) => writeCanary(trx, { workerId: engine.workerId, canary: now }))
    return now
  }
  try {
    const { job_id, reason } = await prove(parts, stopping, (id) =>
      write({ status: 'running', duration_ms: null, job_id: id, reason: null }),
    )
    const status = reason === null ? 'passed' : 'failed'
    return await write({ status, duration_ms: clock.now() - began, job_id, reason })
  } catch (error) {
    if (error instanceof AppError && error.code === 'no_free_slot') {
      await engine.db.tx((trx) => writeCanary(trx, before))
      throw error
    }
    const reason = error instanceof Error ? error.message : String(error)
    return write({ status: 'failed', duration_ms: clock.now() - began, job_id: null, reason })
  }
}

/** Records that a canary is under way; throws when one already is. Returns the previous record. */
async function begin(engine: Engine): Promise<CanaryRecord> {
  const before = await engine.db.tx(async (trx) => {
    const record = await lockCanary(trx)
    const last = await shown(engine, trx, record)
    if (last.status === 'running')
      throw new AppError(
        'canary_underway',
        `A canary has been running since ${last.at ?? 'a moment ago'}: wait for it.`,
      )
    const at = clock.iso()
    await writeCanary(trx, {
      workerId: engine.workerId,
      canary: { status: 'running', at, duration_ms: null, job_id: null, reason: null },
    })
    return record
  })
  for (const id of await hiddenJobs(engine.db.reader)) await remove(engine, id)
  return before
}

/** Returns the record, corrected when the canary's process is gone and so can never end it. */
async function shown(engine: Engine, db: Reader, { workerId, canary }: CanaryRecord): Promise<CanaryView> {
  if (canary.status !== 'running' || canary.at === null) return canary
  const isOverdue = clock.now() - Date.parse(canary.at) > engine.limits.canaryMs + CANCEL_MS + GRACE_MS
  // A starting server deletes the rows of this machine's workers that ended without doing so themselves.
  if (!isOverdue && (await listWorkers(db)).some(({ id }) => id === workerId)) return canary
  return { ...canary, status: 'failed', reason: 'The server ended while it was running: run it again.' }
}

async function prove(
  { engine, streams, createJob }: CanaryPath,
  stopping: AbortSignal,
  onJob: (id: string) => Promise<unknown>,
): Promise<Outcome> {
  if (!(await listWorkers(engine.db.reader)).some((worker) => worker.slots > 0))
    return {
      job_id: null,
      reason:
        'The worker loop is switched off, so no job can start: start the server with at least one worker.',
    }
  const { id } = await createJob({ input: job, documents: [], idempotencyKey: null, isHidden: true })
  await onJob(id)
  const limit = AbortSignal.any([timeLimit(engine.limits.canaryMs), stopping])
  const isOver = await waitForEnd(streams, id, limit)
  if (stopping.aborted) return { job_id: id, reason: 'The server was stopped while it was running.' }
  const result = isOver ? await judgeEnded(engine, id) : await explainTimeout(engine, id)
  if (!isOver) await cancelLate(engine, streams, id)
  if (result.end === 'failed') {
    await removeFiles(engine, id)
    return { job_id: id, reason: result.reason }
  }
  await remove(engine, id)
  if (result.end === 'no-free-slot')
    throw new AppError(
      'no_free_slot',
      `All slots were busy for ${engine.limits.canaryMs / 1000} s, so nothing was tried: run the canary again later.`,
    )
  return { job_id: null, reason: null }
}

/** Follows the job's events, as every client does; returns whether its end was seen before the signal fired. */
async function waitForEnd(streams: Streams, id: string, signal: AbortSignal): Promise<boolean> {
  const ends: ReadonlySet<string> = new Set<EventType>(['job.completed', 'job.failed', 'job.cancelled'])
  for await (const events of streams.follow(id, 0, signal))
    if (events.some((event) => ends.has(event.type))) return true
  return false
}

/** Cancels a late job. If it has begun, waits until its processes have ended. */
async function cancelLate(engine: Engine, streams: Streams, id: string): Promise<void> {
  const job = await readJob(engine.db.reader, id)
  if (job === null || isTerminal(job.status)) return
  await cancelJob(engine, id)
  if (job.started_at !== null) await waitForEnd(streams, id, timeLimit(CANCEL_MS))
}

/** Removes the rows and files of a canary's job. A job that a worker still works on stays until the next canary. */
async function remove(engine: Engine, id: string): Promise<void> {
  if (await engine.db.tx((trx) => deleteHiddenJob(trx, id)))
    await discard(path.join(engine.dataDir, 'jobs', id), engine.dataDir)
}

/** Removes the files of a failed job; its rows stay for inspection. */
async function removeFiles(engine: Engine, id: string): Promise<void> {
  const ended = await readJob(engine.db.reader, id)
  if (ended !== null && (isTerminal(ended.status) || ended.started_at === null))
    await discard(path.join(engine.dataDir, 'jobs', id), engine.dataDir)
}
