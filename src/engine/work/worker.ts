import os from 'node:os'
import { restartOfServer } from '../../domain/set-aside.ts'
import { insertWorker, deleteWorker, touchWorker } from '../../store/workers.ts'
import { queues } from '../../store/queue.ts'
import { isCancelWanted } from '../../store/task-acts.ts'
import { stuckJobs } from '../../store/work.ts'
import { advance } from '../job/advance.ts'
import { missingRoom } from '../disk-room.ts'
import { cancelChannel, type Engine } from '../engine.ts'
import { serverAct } from '../job-transactions.ts'
import { patientEngine } from '../patient-engine.ts'
import { runWork } from './run-work.ts'

/** The loop that claims work. `beat` returns when it last proved that it is alive, in epoch milliseconds. */
export interface Worker {
  readonly beat: () => number
  readonly rescued: () => number
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

const BEAT_MS = 2000
const WATCH_MS = 5000
const POLL = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 2, heartbeatRefreshSeconds: 5 }

/**
 * Starts one pg-boss worker for each slot, so that a slot that ends a short piece of work fetches again at once. Also
 * starts a watch that enforces the first promise: an unfinished job without a queue entry is rescued.
 */
export async function startWorker(engine: Engine): Promise<Worker> {
  let beat = 0
  let rescued = 0
  let timers: NodeJS.Timeout[] = []
  await engine.db.tx((trx) =>
    insertWorker(trx, {
      id: engine.workerId,
      host: os.hostname(),
      pid: process.pid,
      slots: engine.limits.slots,
    }),
  )
  const stopListening = await engine.db.listen(cancelChannel, (payload) => {
    if (payload === null) return void stopCancelled(engine)
    const [jobId, taskId] = payload.split(' ', 2)
    if (jobId !== undefined) engine.running.abort(jobId, taskId)
  })

  let hold: string | null = null
  const pulse = async (): Promise<void> => {
    const before = hold
    hold = (await lostProgram(engine)) ?? (await missingRoom(engine)) ?? engine.db.trouble()
    // A full disk or an absent database may make this write fail too; claiming stops all the same.
    if (hold !== null && before === null) await closeSlots(engine, hold)
    await touchWorker(engine.db.reader, engine.workerId, hold)
    if (hold === null && before !== null) await openSlots(engine)
    beat = Date.now()
  }
  const watch = async (): Promise<void> => {
    for (const id of await stuckJobs(engine.db.reader)) {
      rescued += 1
      engine.log.error({ job: id }, 'an unfinished job had no queue entry')
      await serverAct(engine.db, id, async ({ append, queueAdvance }) => {
        await append([
          {
            type: 'job.rescued',
            actor: 'server',
            message: 'The job had nothing that would move it; it was put back into the queue.',
          },
        ])
        await queueAdvance()
      })
    }
  }

  engine.running.slots.attach(async () => {
    if (hold !== null || timers.length === 0) return () => undefined
    const id = await workOn(engine, 'work')
    // The slot finishes the work it has begun: until then there is one slot too many.
    return () => void engine.db.boss.offWork('work', { id, wait: false })
  })

  const resume = async (): Promise<void> => {
    if (engine.limits.slots === 0 || timers.length > 0) return
    await workOnAdvance(engine)
    await openSlots(engine)
    for (let slot = 0; slot < 2; slot += 1) await workOn(engine, 'repository')
    await pulse()
    timers = [every(engine, BEAT_MS, pulse), every(engine, WATCH_MS, watch)]
  }
  const pause = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer)
    timers = []
    await Promise.all(queues.map((name) => engine.db.boss.offWork(name, { wait: false })))
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
      await stopListening()
      await deleteWorker(engine.db.reader, engine.workerId)
    },
  }
}

/** Returns the reason to hold work when the files that this server runs from were replaced or removed; otherwise null. */
async function lostProgram({ program }: Engine): Promise<string | null> {
  return (await program.look()) === null ? null : restartOfServer
}

/** Starts one queue worker for each slot, for the long work. */
async function openSlots(engine: Engine): Promise<void> {
  for (let slot = 0; slot < engine.limits.slots; slot += 1) await workOn(engine, 'work')
}

async function closeSlots(engine: Engine, why: string): Promise<void> {
  engine.log.warn({ why }, 'no work is claimed')
  await engine.db.boss.offWork('work', { wait: false })
}

interface Entry {
  readonly job_id: string
  readonly work_id?: string
}

async function workOnAdvance(engine: Engine): Promise<void> {
  const id: string = await engine.db.boss.work<Entry>(
    'advance',
    { ...POLL, batchSize: 20 },
    async (entries) => {
      engine.db.boss.notifyWorker(id)
      const jobs = [...new Set(entries.map((entry) => entry.data.job_id))]
      const failures: unknown[] = []
      for (const job of jobs) {
        await advance(patientEngine(engine), job).catch((error: unknown) => {
          engine.log.error({ err: error, job }, 'advance')
          failures.push(error)
        })
      }
      if (failures.length > 0) throw failures[0]
    },
  )
}

async function workOn(engine: Engine, queue: 'work' | 'repository'): Promise<string> {
  const id: string = await engine.db.boss.work<Entry>(queue, POLL, async (entries) => {
    engine.db.boss.notifyWorker(id)
    for (const entry of entries) {
      const { job_id, work_id } = entry.data
      if (work_id !== undefined) await runWork(engine, job_id, work_id)
    }
  })
  return id
}

/** Waits until aborted work has reported, up to a fixed time. */
async function drained(engine: Engine): Promise<void> {
  const until = Date.now() + 15_000
  while (engine.running.count() > 0 && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

/** Aborts work whose cancellation was requested while notifications could not arrive. */
async function stopCancelled(engine: Engine): Promise<void> {
  try {
    for (const { jobId, taskId } of engine.running.jobs())
      if (await isCancelWanted(engine.db.patient.reader, jobId, taskId))
        engine.running.abort(jobId, taskId ?? undefined)
  } catch (error) {
    engine.log.error({ err: error }, 'cannot see what was cancelled')
  }
}

/** Runs `run` at an interval, never twice at a time. */
function every(engine: Engine, ms: number, run: () => Promise<void>): NodeJS.Timeout {
  let isRunning = false
  return setInterval(() => {
    if (isRunning) return
    isRunning = true
    run()
      .catch((error: unknown) => engine.log.error({ err: error }, 'worker timer'))
      .finally(() => {
        isRunning = false
      })
  }, ms)
}
