import os from 'node:os'
import { restartOfServer } from '../../domain/set-aside.ts'
import { clock } from '../../lib/clock.ts'
import { pause, startInterval, type Timer } from '../../lib/timers.ts'
import {
  claimNext,
  dueAdvances,
  expiredWork,
  expireLease,
  postponeAdvance,
  queueChannel,
  renewLeases,
} from '../../store/queue.ts'
import type { QueueName } from '../../store/database/schema.ts'
import { isCancelRequested } from '../../store/task-actions.ts'
import { stuckJobs } from '../../store/work.ts'
import { insertWorker, deleteWorker, touchWorker } from '../../store/server/workers.ts'
import { advance } from '../job/advance.ts'
import { missingRoom } from '../disk-room.ts'
import { cancelChannel, type Engine } from '../engine.ts'
import { serverAct } from '../job-transactions.ts'
import { patientEngine } from '../patient-engine.ts'
import { openClaimLoop, type ClaimLoop } from './claim-loop.ts'
import { runWork } from './run-work.ts'

/** The loop that claims work. `beat` returns when it last proved that it is alive, in epoch milliseconds. */
export interface Worker {
  readonly beat: () => number
  readonly rescued: () => number
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

/** The interval in ms of the heartbeat, which renews the leases; well below the time for which they are valid. */
const BEAT_MS = 2000
const WATCH_MS = 5000
/** The interval in ms at which the worker polls the queue on its own: for what is due at a time, or whose notice was lost. */
const POLL_MS = 1000
/** How much short git work runs at the same time. */
const REPOSITORY_ROOM = 2
/** The number of due jobs read at once. */
const ADVANCES = 20

/**
 * Starts the worker: it moves jobs whose advance is due, and claims work for its slots. Also starts a watch that enforces
 * the first promise: an unfinished job that nothing would move is rescued.
 */
export async function startWorker(engine: Engine): Promise<Worker> {
  let beat = 0
  let rescued = 0
  let timers: Timer[] = []
  await engine.db.tx((trx) =>
    insertWorker(trx, {
      id: engine.workerId,
      host: os.hostname(),
      pid: process.pid,
      slots: engine.limits.slots,
    }),
  )
  const { slots } = engine.running
  const advances = openClaimLoop({
    name: 'advance',
    log: engine.log,
    room: () => 1,
    claim: () => nextAdvances(engine),
  })
  const work = openWorkLoop(engine, 'work', () => engine.limits.slots + slots.lent())
  const repository = openWorkLoop(engine, 'repository', () => REPOSITORY_ROOM)
  const loops = [advances, work, repository]
  const poll = (): void => {
    for (const loop of loops) loop.poll()
  }
  slots.onLent(work.poll)
  const stopListening = [
    await engine.db.listen(queueChannel, poll),
    await engine.db.listen(cancelChannel, (payload) => {
      if (payload === null) return void stopCancelled(engine)
      const [jobId, taskId] = payload.split(' ', 2)
      if (jobId !== undefined) engine.running.abort(jobId, taskId)
    }),
  ]

  let hold: string | null = null
  const pulse = async (): Promise<void> => {
    const before = hold
    const missing = await missingRoom(engine)
    if (missing !== null) await engine.trees.clear()
    hold = (await findUpgrade(engine)) ?? missing ?? engine.db.unavailableReason()
    // A full disk or an absent database may make the write below fail too; claiming stops all the same.
    if (hold !== null && before === null) {
      engine.log.warn({ why: hold }, 'no work is claimed')
      work.close()
    }
    await engine.db.tx(async (trx) => {
      await renewLeases(trx, engine.workerId, engine.running.ids())
      await touchWorker(trx, engine.workerId, hold)
    })
    await endExpiredLeases(engine)
    if (hold === null && before !== null) work.open()
    beat = clock.now()
  }
  const watch = async (): Promise<void> => {
    await forEachJob(engine, await stuckJobs(engine.db.reader), 'rescue', async (id) => {
      rescued += 1
      engine.log.error({ job: id }, 'an unfinished job had nothing that would move it')
      await rescue(engine, id)
    })
  }

  const resume = async (): Promise<void> => {
    if (engine.limits.slots === 0 || timers.length > 0) return
    timers = [
      every(engine, BEAT_MS, pulse),
      every(engine, WATCH_MS, watch),
      every(engine, POLL_MS, () => Promise.resolve(poll())),
    ]
    advances.open()
    repository.open()
    await pulse()
    if (hold === null) work.open()
  }
  const pause = (): Promise<void> => {
    for (const timer of timers) timer.stop()
    timers = []
    for (const loop of loops) loop.close()
    return Promise.resolve()
  }
  await resume()
  return {
    beat: () => beat,
    rescued: () => rescued,
    pause,
    resume,
    async stop() {
      await pause()
      engine.running.abortAll()
      await drained(engine)
      for (const stop of stopListening) await stop()
      await engine.db.tx((trx) => deleteWorker(trx, engine.workerId))
    },
  }
}

/** Returns the reason to hold work when the files that this server runs from were replaced or removed; otherwise null. */
async function findUpgrade({ program }: Engine): Promise<string | null> {
  return (await program.check()) === null ? null : restartOfServer
}

/** Returns a function that advances the jobs that are due, one after the other; null when none is. */
async function nextAdvances(engine: Engine): Promise<(() => Promise<void>) | null> {
  const jobs = await dueAdvances(engine.db.reader, ADVANCES)
  if (jobs.length === 0) return null
  return async () => {
    const areDone = await forEachJob(engine, jobs, 'put an advance off', async (job) => {
      try {
        await advance(patientEngine(engine), job)
      } catch (error) {
        engine.log.error({ err: error, job }, 'advance')
        await serverAct(patientEngine(engine).db, job, ({ trx }) => postponeAdvance(trx, job))
      }
    })
    // It is still due: the next poll is on a timer.
    if (!areDone) throw new Error('an advance that failed could not be delayed')
  }
}

/** Puts a job that nothing would move back into the queue. */
async function rescue({ db }: Engine, jobId: string): Promise<void> {
  await serverAct(db, jobId, async ({ append, queueAdvance }) => {
    const message = 'The job had nothing that would move it; it was put back into the queue.'
    await append([{ type: 'job.rescued', actor: 'server', message }])
    await queueAdvance()
  })
}

/**
 * Calls a function for each of several jobs. A failure is logged and does not affect the others; returns whether there was
 * none.
 */
async function forEachJob(
  { log }: Engine,
  jobIds: Iterable<string>,
  label: string,
  run: (jobId: string) => Promise<void>,
): Promise<boolean> {
  let areDone = true
  for (const job of jobIds)
    await run(job).catch((error: unknown) => {
      areDone = false
      log.error({ err: error, job }, `could not ${label}`)
    })
  return areDone
}

/**
 * Ends expired leases, whose worker has died or could not report, and lets the rules decide what follows. This process
 * continues its own running work even after it slept for longer than its leases are valid.
 */
async function endExpiredLeases(engine: Engine): Promise<void> {
  const { db, running } = engine
  const expired = await expiredWork(db.reader, running.ids())
  const jobs = new Set(expired.map(({ job_id }) => job_id))
  await forEachJob(engine, jobs, 'end a lease', async (job) => {
    for (const { id } of expired.filter(({ job_id }) => job_id === job))
      await serverAct(db, job, async ({ trx, queueAdvance }) => {
        if (await expireLease(trx, id)) await queueAdvance()
      })
  })
}

function openWorkLoop(engine: Engine, queue: QueueName, room: () => number): ClaimLoop {
  return openClaimLoop({
    name: queue,
    log: engine.log,
    room,
    async claim() {
      const entry = await engine.db.tx((trx) => claimNext(trx, queue, engine.workerId))
      return entry === null ? null : () => runWork(engine, entry)
    },
  })
}

/** Waits until aborted work has reported, up to a fixed time. */
async function drained(engine: Engine): Promise<void> {
  const until = clock.now() + 15_000
  while (engine.running.count() > 0 && clock.now() < until) await pause(50)
}

/** Aborts work whose cancellation was requested while notifications could not arrive. */
async function stopCancelled(engine: Engine): Promise<void> {
  try {
    for (const { jobId, taskId } of engine.running.jobs())
      if (await isCancelRequested(engine.db.patient.reader, jobId, taskId))
        engine.running.abort(jobId, taskId ?? undefined)
  } catch (error) {
    engine.log.error({ err: error }, 'cannot see what was cancelled')
  }
}

/** Runs `run` at an interval, never twice at a time. */
function every(engine: Engine, ms: number, run: () => Promise<void>): Timer {
  let isRunning = false
  return startInterval(ms, () => {
    if (isRunning) return
    isRunning = true
    run()
      .catch((error: unknown) => engine.log.error({ err: error }, 'worker timer'))
      .finally(() => {
        isRunning = false
      })
  })
}
