import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimWork, isAdvanceDue, storeJob, storeWork, underLock } from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import type { WorkKind } from '../domain/model.ts'
import { newId } from '../lib/ids.ts'
import type { Database } from './database/database.ts'
import {
  claimNext,
  dueAdvances,
  endAllLeases,
  enqueueAdvance,
  expiredWork,
  expireLease,
  probeClaim,
  postponeAdvance,
  queueChannel,
  queueCounts,
  renewLeases,
  claimAdvance,
  type ClaimedEntry,
} from './queue.ts'
import { beginWork, endWork, holdsLease, readWork } from './work.ts'
import { insertWorker } from './server/workers.ts'

let db: Database
const worker = newId()
const HOUR_MS = 3_600_000

beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

const later = (ms: number): Date => new Date(Date.now() + ms)

async function enqueue(jobId: string, at?: Date): Promise<void> {
  await db.tx((trx) => enqueueAdvance(trx, [jobId], at))
}

function claim(queue: 'work' | 'repository' = 'work'): Promise<ClaimedEntry | null> {
  return db.tx((trx) => claimNext(trx, queue, worker))
}

/** Lets the lease of work run out. */
async function letLeaseEnd(jobId: string, workId: string): Promise<void> {
  await underLock(db, jobId, (trx) =>
    trx
      .updateTable('work')
      .set({ lease_until: Date.now() - HOUR_MS })
      .where('id', '=', workId)
      .execute(),
  )
}

describe('a due advance', () => {
  it('is listed, the longest due first, up to a limit', async () => {
    const ids = [await storeJob(db), await storeJob(db), await storeJob(db)]
    for (const [index, id] of ids.entries()) await enqueue(id, later((index - 5) * 1000))
    await storeJob(db)
    expect(await dueAdvances(db.reader, 10)).toEqual(ids)
    expect(await dueAdvances(db.reader, 2)).toEqual(ids.slice(0, 2))
  })

  it('is not due before its time, and a later request never delays it', async () => {
    const id = await storeJob(db)
    await enqueue(id, later(HOUR_MS))
    expect(await isAdvanceDue(db, id)).toBe(false)
    expect(await queueCounts(db.reader)).toEqual({ 'advance.waiting': 1 })
    await enqueue(id)
    await enqueue(id, later(HOUR_MS))
    expect(await isAdvanceDue(db, id)).toBe(true)
    expect(await queueCounts(db.reader)).toEqual({ 'advance.due': 1 })
  })

  it('is taken once', async () => {
    const id = await storeJob(db)
    expect(await underLock(db, id, (trx) => claimAdvance(trx, id))).toBe(false)
    await enqueue(id)
    const taken = [1, 2].map(() => underLock(db, id, (trx) => claimAdvance(trx, id)))
    expect((await Promise.all(taken)).filter((mine) => mine)).toEqual([true])
    expect(await isAdvanceDue(db, id)).toBe(false)
  })

  it('that failed comes again with growing pauses of at most a minute', async () => {
    const id = await storeJob(db)
    const waits: number[] = []
    for (let failures = 0; failures < 9; failures += 1) {
      const now = Date.now()
      await underLock(db, id, (trx) => postponeAdvance(trx, id))
      const { due } = await db.reader
        .selectFrom('jobs')
        .select('advance_due_at as due')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      waits.push(Math.round(((due ?? 0) - now) / 1000))
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  it('wakes the workers when it is committed, and only then', async () => {
    let woken = 0
    const heard = Promise.withResolvers<void>()
    const stop = await db.listen(queueChannel, () => {
      woken += 1
      heard.resolve()
    })
    await db.tx((trx) => enqueueAdvance(trx, []))
    const id = await storeJob(db)
    expect(woken).toBe(0)
    await enqueue(id)
    await heard.promise
    expect(woken).toBe(1)
    await stop()
  })
})

describe('a claim', () => {
  it('takes work once, with a new lease, from its own queue', async () => {
    const jobId = await storeJob(db)
    const kinds: WorkKind[] = ['attempt', 'merge']
    const [attempt, merge] = await Promise.all(kinds.map((kind) => storeWork(db, jobId, { kind })))
    expect(await claim()).toEqual({ id: attempt, job_id: jobId, lease: 1 })
    expect(await claim()).toBeNull()
    expect(await claim('repository')).toEqual({ id: merge, job_id: jobId, lease: 1 })
    expect(await claim('repository')).toBeNull()
  })

  it.each([
    ['attempt', 'work'],
    ['review', 'work'],
    ['checks', 'work'],
    ['merge', 'repository'],
    ['deliver', 'repository'],
  ] as const)('%s is taken from the queue %s', async (kind, queue) => {
    const id = await storeWork(db, await storeJob(db), { kind })
    expect(await claim(queue)).toMatchObject({ id })
  })

  it('takes the higher priority, then work that finishes something, then the job with the least work, then the oldest', async () => {
    const at = (minutes: number): { createdAt: Date } => ({ createdAt: later(minutes * -60_000) })
    const low = await storeJob(db, { priority: 'low', ...at(9) })
    const old = await storeJob(db, at(8))
    const young = await storeJob(db, at(7))
    const high = await storeJob(db, { priority: 'high', ...at(6) })
    for (const job of [low, old, young, high])
      for (const kind of ['attempt', 'attempt'] as const) await storeWork(db, job, { kind })
    await storeWork(db, young, { kind: 'checks' })
    const order: string[] = []
    const names = new Map([
      [low, 'low'],
      [old, 'old'],
      [young, 'young'],
      [high, 'high'],
    ])
    for (let entry = await claim(); entry !== null; entry = await claim()) {
      const { id, lease, job_id } = entry
      await underLock(db, job_id, (trx) => beginWork(trx, id, lease))
      order.push(names.get(job_id) ?? '')
    }
    expect(order).toEqual(['high', 'high', 'young', 'old', 'old', 'young', 'young', 'low', 'low'])
  })

  it('that expired before the work began is free for another, with a later lease', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    const first = await claim()
    await letLeaseEnd(jobId, id)
    const second = await claim()
    expect([first?.lease, second?.lease]).toEqual([1, 2])
    expect(await underLock(db, jobId, (trx) => beginWork(trx, id, 1))).toBe(false)
    expect(await underLock(db, jobId, (trx) => beginWork(trx, id, 2))).toBe(true)
  })
})

describe('a lease', () => {
  it('is renewed only for the worker that holds it, even after it expired', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    await claimWork(db, jobId, 'work', worker)
    await letLeaseEnd(jobId, id)
    await db.tx((trx) => renewLeases(trx, newId(), [id]))
    await db.tx((trx) => renewLeases(trx, worker, []))
    expect(await expiredWork(db.reader, [])).toEqual([{ id, job_id: jobId }])
    await db.tx((trx) => renewLeases(trx, worker, [id]))
    expect(await expiredWork(db.reader, [])).toEqual([])
  })

  it('that expired is found by all except its worker, and is ended once', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    const { lease } = await claimWork(db, jobId, 'work', worker)
    const expire = (): Promise<boolean> => underLock(db, jobId, (trx) => expireLease(trx, id))
    expect(await expire()).toBe(false)
    await letLeaseEnd(jobId, id)
    expect(await expiredWork(db.reader, [id])).toEqual([])
    expect(await expire()).toBe(true)
    expect(await expire()).toBe(false)
    expect(await underLock(db, jobId, (trx) => holdsLease(trx, id, lease))).toBe(false)
    await db.tx((trx) => renewLeases(trx, worker, [id]))
    expect(await underLock(db, jobId, (trx) => holdsLease(trx, id, lease))).toBe(false)
  })

  it('ends with all others when no worker is alive: started work is reported, other work can be claimed', async () => {
    const [one, other] = [await storeJob(db), await storeJob(db)]
    const running = await storeWork(db, one, { kind: 'checks' })
    await claimWork(db, one)
    const queued = await storeWork(db, other, { kind: 'attempt' })
    await claim()
    await storeWork(db, other, { kind: 'deliver' })
    expect(await db.tx((trx) => endAllLeases(trx))).toEqual([
      { id: running, job_id: one, kind: 'checks', attempt_id: null },
    ])
    expect(await claim()).toMatchObject({ id: queued, lease: 2 })
  })
})

describe('the counts of the queue', () => {
  it('are of due, delayed and claimed work', async () => {
    const jobId = await storeJob(db)
    for (const kind of ['attempt', 'attempt', 'checks', 'merge'] as const)
      await storeWork(db, jobId, { kind })
    await enqueue(jobId)
    await enqueue(await storeJob(db), later(HOUR_MS))
    await claim()
    const { work, lease } = await claimWork(db, jobId)
    await underLock(db, jobId, (trx) => endWork(trx, work.id, lease, 'done', null))
    expect(await queueCounts(db.reader)).toEqual({
      'advance.due': 1,
      'advance.waiting': 1,
      'repository.due': 1,
      'work.claimed': 1,
      'work.due': 1,
    })
  })

  it('come from a probe that changes nothing', async () => {
    const jobId = await storeJob(db)
    const id = await storeWork(db, jobId)
    await enqueue(jobId)
    await db.tx((trx) => insertWorker(trx, { id: worker, host: 'h', pid: 1, slots: 1 }))
    expect(await db.tx((trx) => probeClaim(trx, db.engine, worker))).toBe(2)
    expect(await readWork(db.reader, id)).toMatchObject({ status: 'queued', lease: 0 })
    expect(await claim()).toMatchObject({ id, lease: 1 })
  })
})
