import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  claimEntry,
  claimWork,
  storeAttempted,
  storeJob,
  storeWork,
  underLock,
  viewOf,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import type { Wait } from '../contract/words.ts'
import type { WorkOutcome } from '../domain/model.ts'
import { newId } from '../lib/ids.ts'
import type { Database } from './database/database.ts'
import { enqueueAdvance, expireLease } from './queue.ts'
import { updateAgent } from './team.ts'
import { beginWork, busySlots, endWork, holdsLease, readWork, setCurrentCheck, stuckJobs } from './work.ts'
import {
  deleteWorker,
  insertWorker,
  listWorkers,
  readHold,
  touchWorker,
  viewWorkers,
} from './server/workers.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const since = '2026-01-01T00:00:00.000Z'
const outcome: WorkOutcome = { kind: 'merged', commit: 'c' }

async function isStuck(jobId: string): Promise<boolean> {
  return (await stuckJobs(db.reader)).includes(jobId)
}

describe('work', () => {
  it('is queued, runs with the lease of its claim, and ends with its outcome', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId, { kind: 'deliver', epoch: 3 })
    const plain = { id, job_id: jobId, epoch: 3, kind: 'deliver', task_id: null, attempt_id: null }
    expect(await readWork(db.reader, id)).toEqual({ ...plain, status: 'queued', lease: 0, outcome: null })
    const { lease } = await claimWork(db, jobId, 'repository')
    expect(await readWork(db.reader, id)).toEqual({ ...plain, status: 'running', lease: 1, outcome: null })
    expect(await underLock(db, jobId, (trx) => endWork(trx, id, lease, 'done', outcome))).toBe(true)
    expect(await readWork(db.reader, id)).toEqual({ ...plain, status: 'done', lease: 1, outcome })
    expect(await readWork(db.reader, newId())).toBeNull()
  })

  it('begins once, and only with its claim', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    const begin = (lease: number): Promise<boolean> =>
      underLock(db, jobId, (trx) => beginWork(trx, id, lease))
    expect(await begin(0)).toBe(false)
    const { lease } = await claimEntry(db, jobId)
    expect(await begin(lease + 1)).toBe(false)
    expect(await begin(lease)).toBe(true)
    expect(await begin(lease)).toBe(false)
  })

  it('is ended once, by the holder of its lease, or by the server with any lease', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    const { lease } = await claimWork(db, jobId)
    const end = (held: number | null): Promise<boolean> =>
      underLock(db, jobId, (trx) => endWork(trx, id, held, 'lost', null))
    expect(await end(lease + 1)).toBe(false)
    expect(await end(null)).toBe(true)
    expect(await end(lease)).toBe(false)
    expect(await end(null)).toBe(false)
  })

  it('is active with its lease until that ends', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    const holds = (lease: number): Promise<boolean> =>
      underLock(db, jobId, (trx) => holdsLease(trx, id, lease))
    expect(await holds(0)).toBe(false)
    const { lease } = await claimEntry(db, jobId)
    expect(await holds(lease)).toBe(false)
    await underLock(db, jobId, (trx) => beginWork(trx, id, lease))
    expect([await holds(lease), await holds(lease + 1)]).toEqual([true, false])
    await underLock(db, jobId, (trx) => endWork(trx, id, lease, 'done', null))
    expect(await holds(lease)).toBe(false)
  })

  it('shows the running check of the whole job', async () => {
    const jobId = await storeJob(db)
    const { work } = await storeWork(db, jobId).then(() => claimWork(db, jobId))
    const check = { command: 'npm test', number: 1, total: 2, started_at: since }
    await underLock(db, jobId, (trx) => setCurrentCheck(trx, work.id, check))
    expect((await viewOf(db.reader, jobId))?.checking).toEqual(check)
  })
})

describe('an unfinished job', () => {
  const wait = (what: Wait['for'], until: string | null = null): Wait => ({
    for: what,
    on: 'it',
    since,
    until,
  })

  it('is moved only by a due advance, by queued work and by work with a lease', async () => {
    const jobId = await storeJob(db, {}, { status: 'running' })
    expect(await isStuck(jobId)).toBe(true)
    const id = await storeWork(db, jobId)
    expect(await isStuck(jobId)).toBe(false)
    await claimWork(db, jobId)
    expect(await isStuck(jobId)).toBe(false)
    await underLock(db, jobId, async (trx) => {
      await trx.updateTable('work').set({ lease_until: 1 }).where('id', '=', id).execute()
      await expireLease(trx, id)
    })
    expect(await isStuck(jobId)).toBe(true)
    await db.tx((trx) => enqueueAdvance(trx, [jobId], new Date(Date.now() + 3_600_000)))
    expect(await isStuck(jobId)).toBe(false)
  })

  it.each([
    ['approval', false],
    ['budget', false],
    ['backend', false],
    ['retry', true],
    ['disk', true],
  ] as const)('that waits for %s without an advance is stuck: %s', async (what, stuck) => {
    const waiting = { status: 'waiting', wait: wait(what) } as const
    expect(await isStuck(await storeJob(db, {}, waiting))).toBe(stuck)
    expect(await isStuck(await storeJob(db, {}, { ...waiting, cancel_requested_at: new Date() }))).toBe(true)
    expect(await isStuck(await storeJob(db, {}, { ...waiting, status: 'running' }))).toBe(true)
  })

  it('whose plan was approved meanwhile no longer waits', async () => {
    const waiting = { status: 'waiting', wait: wait('approval'), plan_approved: true } as const
    expect(await isStuck(await storeJob(db, {}, waiting))).toBe(true)
  })

  it.each(['completed', 'failed', 'cancelled'] as const)('is never one that is %s', async (status) => {
    expect(await isStuck(await storeJob(db, {}, { status }))).toBe(false)
  })
})

it('slots are used by running work, except git work and work whose agent waits for a person', async () => {
  const { jobId, taskId, attemptId, agentId } = await storeAttempted(db)
  const before = await busySlots(db.reader)
  for (const given of [
    { kind: 'attempt', taskId, attemptId },
    { kind: 'checks' },
    { kind: 'merge' },
  ] as const)
    await storeWork(db, jobId, given)
  expect(await busySlots(db.reader)).toBe(before)
  for (const queue of ['work', 'work', 'repository'] as const) await claimWork(db, jobId, queue)
  expect(await busySlots(db.reader)).toBe(before + 2)
  await underLock(db, jobId, (trx) => updateAgent(trx, agentId, { status: 'waiting' }))
  expect(await busySlots(db.reader)).toBe(before + 1)
})

describe('a worker', () => {
  it('is listed from its start to its end, with its work', async () => {
    const [id, idle] = [newId(), newId()]
    for (const one of [id, idle])
      await db.tx((trx) => insertWorker(trx, { id: one, host: 'here', pid: 7, slots: 4 }))
    const jobId = await storeJob(db)
    await storeWork(db, jobId)
    const { work } = await claimWork(db, jobId, 'work', id)
    const mine = (await viewWorkers(db.reader)).filter((worker) => [id, idle].includes(worker.id))
    const seen = {
      host: 'here',
      pid: 7,
      slots: 4,
      started_at: expect.any(String),
      seen_at: expect.any(String),
    }
    const lease = {
      work_id: work.id,
      kind: 'checks',
      job_id: jobId,
      task_id: null,
      since: expect.any(String),
    }
    expect(mine).toEqual([
      { id, ...seen, leases: [lease] },
      { id: idle, ...seen, leases: [] },
    ])
    await db.tx((trx) => deleteWorker(trx, id))
    expect((await listWorkers(db.reader)).map((worker) => worker.id)).not.toContain(id)
  })

  it('reports why due work is not claimed', async () => {
    const id = newId()
    await db.tx((trx) => insertWorker(trx, { id, host: 'here', pid: 7, slots: 4 }))
    expect(await readHold(db.reader)).toEqual({ for: 'capacity', on: 'a free worker slot' })
    const [before] = await listWorkers(db.reader)
    await db.tx((trx) => touchWorker(trx, id, 'only 1 MB is left'))
    expect(await readHold(db.reader)).toEqual({ for: 'capacity', on: 'only 1 MB is left' })
    const restart = 'a restart of the server: Slipway was upgraded'
    await db.tx((trx) => touchWorker(trx, id, restart))
    expect(await readHold(db.reader)).toEqual({ for: 'upgrade', on: restart })
    await db.tx((trx) => touchWorker(trx, id, null))
    expect(await readHold(db.reader)).toEqual({ for: 'capacity', on: 'a free worker slot' })
    const [after] = await listWorkers(db.reader)
    expect(after?.seen_at.getTime()).toBeGreaterThanOrEqual(before?.seen_at.getTime() ?? Infinity)
  })
})
