import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { acceptJob } from '../../../test/helpers/pretend-work.ts'
import { addFixture } from '../../../test/helpers/real-work.ts'
import { journalOf, storeJob, storeWork, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { eventually, until } from '../../../test/helpers/until.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../store/database/database.ts'
import { readJob, updateJob } from '../../store/jobs.ts'
import { enqueueAdvance } from '../../store/queue.ts'
import { readWork } from '../../store/work.ts'
import { listWorkers, readHold } from '../../store/server/workers.ts'
import { cancelChannel } from '../engine.ts'
import { openOwnProgram } from '../own-program.ts'
import { personAct } from '../job-transactions.ts'
import { cancelJob } from '../people/cancel-job.ts'
import { startWorker, type Worker } from './worker.ts'

let opened: TestEngine
let engine: TestEngine['engine']
let worker: Worker | null

beforeEach(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
  worker = null
})
afterEach(async () => {
  vi.useRealTimers()
  await worker?.stop()
  await opened.close()
})

async function start(more: Partial<TestEngine['engine']> = {}): Promise<Worker> {
  worker = await startWorker({ ...engine, ...more })
  return worker
}

/** Lets the worker's own timers run, as if so much time had passed. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

function pretendTime(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
}

async function statusOf(id: string): Promise<string | undefined> {
  return (await readJob(engine.db.reader, id))?.status
}

describe('a worker', () => {
  it('moves an accepted job to its end by itself', async () => {
    const backend = await addFixture(engine, { turn: [{ write: ['a.txt', 'a'] }] })
    await start()
    const id = await storeJob(engine.db, { mode: 'solo', backend, checks: ['test -s a.txt'] })
    await personAct(engine.db, id, () => Promise.resolve())
    await until('the job to end', 18_000, async () => ((await statusOf(id)) === 'completed' ? true : null))
    expect(await readJob(engine.db.reader, id)).toMatchObject({ proof: 'proven' })
  })

  it('is listed while it runs, and stops its work when it ends', async () => {
    const backend = await addFixture(engine, { turn: [{ hang: true }] })
    const id = await acceptJob(engine, { mode: 'solo', backend })
    const running = await start()
    expect(running.beat()).toBeGreaterThan(0)
    expect(await listWorkers(engine.db.reader)).toMatchObject([{ id: engine.workerId, slots: 2 }])
    await eventually(() => expect(engine.running.jobs()).toMatchObject([{ jobId: id }]))
    await running.stop()
    worker = null
    expect(engine.running.count()).toBe(0)
    expect(await listWorkers(engine.db.reader)).toEqual([])
    expect(await journalOf(engine.db, id)).toContain('agent:Developer attempt.failed')
  })

  it('stops the work of a job that a person cancels', async () => {
    const backend = await addFixture(engine, { turn: [{ hang: true }] })
    await start()
    const id = await acceptJob(engine, { mode: 'solo', backend })
    await eventually(() => expect(engine.running.count()).toBe(1))
    await cancelJob(engine, id)
    await until('the job to end', 18_000, async () => ((await statusOf(id)) === 'cancelled' ? true : null))
  })

  it('stops work that was cancelled while it missed notifications', async () => {
    const backend = await addFixture(engine, { turn: [{ hang: true }] })
    let tell: (payload: string | null) => void = () => undefined
    const { db } = engine
    const deaf: Database = {
      ...db,
      get patient() {
        return deaf
      },
      listen(channel, onNotify) {
        if (channel !== cancelChannel) return db.listen(channel, onNotify)
        tell = onNotify
        return Promise.resolve(() => Promise.resolve())
      },
    }
    await start({ db: deaf })
    const [id, other] = [
      await storeJob(db, { mode: 'solo', backend }),
      await storeJob(db, { mode: 'solo', backend }),
    ]
    for (const job of [id, other]) await personAct(db, job, () => Promise.resolve())
    await eventually(() => expect(engine.running.count()).toBe(2))
    await cancelJob(engine, id)
    tell(null)
    await until('the job to end', 18_000, async () => ((await statusOf(id)) === 'cancelled' ? true : null))
    expect(await statusOf(other)).toBe('running')
  })

  it('claims nothing while it is paused, and continues when it is resumed', async () => {
    const running = await start()
    await running.pause()
    const id = await storeJob(engine.db, { mode: 'solo', parallelism: 0 })
    await engine.db.tx((trx) => enqueueAdvance(trx, [id]))
    await running.pause()
    expect(await journalOf(engine.db, id)).toEqual([])
    await running.resume()
    await running.resume()
    await eventually(async () => expect(await journalOf(engine.db, id)).toContain('server task.ready'))
  })

  it('without slots starts nothing', async () => {
    const id = await storeJob(engine.db)
    await engine.db.tx((trx) => enqueueAdvance(trx, [id]))
    const running = await start({ limits: { ...engine.limits, slots: 0 } })
    expect(running.beat()).toBe(0)
    expect(await listWorkers(engine.db.reader)).toMatchObject([{ slots: 0 }])
    expect(await journalOf(engine.db, id)).toEqual([])
  })
})

describe('at every heartbeat', () => {
  it('expired leases are ended, and their jobs decide what follows', async () => {
    pretendTime()
    await start({ limits: { ...engine.limits, slots: 1 } })
    const id = await storeJob(engine.db, {}, { status: 'running', phase: 'proving' })
    const workId = await storeWork(engine.db, id, { kind: 'deliver' })
    await underLock(engine.db, id, (trx) =>
      trx
        .updateTable('work')
        .set({ status: 'running', lease: 1, lease_until: 1, worker_id: newId() })
        .where('id', '=', workId)
        .execute(),
    )
    await pass(2000)
    await eventually(async () =>
      expect(await readWork(engine.db.reader, workId)).toMatchObject({ status: 'lost' }),
    )
    expect(await journalOf(engine.db, id)).toContain('server work.lost')
  })

  it.each([
    [
      'the disk is full',
      (ofEngine: TestEngine['engine']) => ({
        limits: { ...ofEngine.limits, freeDiskBytes: Number.MAX_SAFE_INTEGER },
      }),
      { for: 'capacity', on: expect.stringContaining('make room') },
    ],
    [
      'the program was replaced',
      (ofEngine: TestEngine['engine']) => ({ program: openOwnProgram(ofEngine.dataDir, '1.0.0') }),
      { for: 'upgrade', on: 'a restart of the server: Slipway was upgraded' },
    ],
  ])('the worker detects that %s: it claims no work, and reports why', async (_what, change, hold) => {
    const id = await storeJob(engine.db)
    const workId = await storeWork(engine.db, id)
    await start(change(engine))
    expect(await readHold(engine.db.reader)).toEqual(hold)
    expect(await readWork(engine.db.reader, workId)).toMatchObject({ status: 'queued', lease: 0 })
  })

  it('the worker detects that there is space again', async () => {
    pretendTime()
    let missing = Number.MAX_SAFE_INTEGER
    const limits = Object.defineProperty({ ...engine.limits }, 'freeDiskBytes', { get: () => missing })
    const backend = await addFixture(engine, { turn: [{ write: ['a', ''] }] })
    const id = await acceptJob(engine, { mode: 'solo', backend })
    await start({ limits })
    await pass(2000)
    expect(await statusOf(id)).toBe('queued')
    missing = 0
    await pass(2000)
    await eventually(async () => expect(await statusOf(id)).not.toBe('queued'))
  })
})

describe('a stuck job', () => {
  it('is found, queued again, reported and counted', async () => {
    pretendTime()
    const running = await start()
    const id = await storeJob(engine.db, {}, { status: 'waiting' })
    await underLock(engine.db, id, (trx) =>
      updateJob(trx, id, { wait: { for: 'retry', on: 'it', since: new Date().toISOString(), until: null } }),
    )
    expect(running.rescued()).toBe(0)
    await pass(5000)
    await eventually(async () => expect(await journalOf(engine.db, id)).toContain('server job.rescued'))
    expect(running.rescued()).toBe(1)
    await eventually(async () => expect(await journalOf(engine.db, id)).toContain('server task.created'))
  })

  it('whose advance fails is retried, with growing pauses', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    await spoil('tasks', id)
    await engine.db.tx((trx) => enqueueAdvance(trx, [id]))
    await start()
    await eventually(async () => expect(await triesOf(id)).toMatchObject({ failures: 1 }))
    expect((await triesOf(id)).due).toBeGreaterThan(Date.now() - 60_000)
    await eventually(async () => expect(await triesOf(id)).toMatchObject({ failures: 2 }))
  })

  it('that cannot be read does not block others', async () => {
    const [broken, other] = [await storeJob(engine.db), await storeJob(engine.db)]
    await spoil('jobs', broken)
    await engine.db.tx((trx) => enqueueAdvance(trx, [broken], new Date(1)))
    await engine.db.tx((trx) => enqueueAdvance(trx, [other]))
    await start()
    await eventually(async () => expect(await journalOf(engine.db, other)).toContain('server task.created'))
  })
})

/** Makes a row of a job, or of its task, one that cannot be read. */
async function spoil(table: 'jobs' | 'tasks', jobId: string): Promise<void> {
  await underLock(engine.db, jobId, async (trx) => {
    const broken = 'no JSON' as never
    if (table === 'jobs')
      await trx.updateTable('jobs').set({ agents: broken }).where('id', '=', jobId).execute()
    else await trx.updateTable('tasks').set({ checks: broken }).where('job_id', '=', jobId).execute()
  })
}

async function triesOf(id: string): Promise<{ failures: number; due: number | null }> {
  return engine.db.reader
    .selectFrom('jobs')
    .select(['advance_failures as failures', 'advance_due_at as due'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}
