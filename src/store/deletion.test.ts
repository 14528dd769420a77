import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  claimWork,
  isAdvanceDue,
  storeAttempted,
  storeJob,
  storeWork,
  underLock,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import type { WorkOutcome } from '../domain/model.ts'
import { newId } from '../lib/ids.ts'
import type { Database } from './database/database.ts'
import { deletedJobs, deleteRows, markDeleted } from './deletion.ts'
import { appendEvents, readEvents } from './events.ts'
import { findByIdempotencyKey, type JobChange } from './jobs.ts'
import { enqueueAdvance } from './queue.ts'
import { readOutcomes, type RecentOutcome } from './views/recent-outcomes.ts'
import { endWork } from './work.ts'

let db: Database

beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

const mark = (id: string): Promise<void> => underLock(db, id, (trx) => markDeleted(trx, id))

describe('a deleted job', () => {
  it('is no longer due, and its idempotency key is free again', async () => {
    const key = newId()
    const id = await storeJob(db, { idempotencyKey: key })
    await db.tx((trx) => enqueueAdvance(trx, [id]))
    await mark(id)
    expect(await isAdvanceDue(db, id)).toBe(false)
    expect(await findByIdempotencyKey(db.reader, key)).toBeNull()
    await storeJob(db, { idempotencyKey: key })
  })

  it('is removed with all that belongs to it, and nothing else', async () => {
    const [place, other] = [await storeAttempted(db), await storeAttempted(db)]
    for (const { jobId } of [place, other]) await storeWork(db, jobId)
    const many = Array.from({ length: 2500 }, (_, n) => ({
      type: 'task.ready' as const,
      actor: 'server',
      message: String(n),
    }))
    await underLock(db, place.jobId, (trx) => appendEvents(trx, place.jobId, many))
    await deleteRows(db, other.jobId)
    expect(await deletedJobs(db.reader)).toEqual([])
    await mark(place.jobId)
    expect(await deletedJobs(db.reader)).toEqual([place.jobId])
    await deleteRows(db, place.jobId)
    expect(await deletedJobs(db.reader)).toEqual([])
    for (const table of ['agents', 'tasks', 'attempts', 'work'] as const) {
      const rows = await db.reader.selectFrom(table).select('job_id').execute()
      expect(
        rows.map(({ job_id }) => job_id),
        table,
      ).toEqual([other.jobId])
    }
    expect(await readEvents(db.reader, place.jobId, 0, 10)).toEqual([])
  })

  it('keeps its row if it was not marked', async () => {
    const id = await storeJob(db)
    await deleteRows(db, id)
    await mark(id)
    expect(await deletedJobs(db.reader)).toEqual([id])
  })
})

describe('recent outcomes of jobs', () => {
  const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n))

  /** Stores a job that ended at this minute, with work that ended so. */
  async function ended(
    at: number,
    change: JobChange,
    outcomes: readonly WorkOutcome[] = [],
  ): Promise<string> {
    const jobId = await storeJob(db, {}, { completed_at: minute(at), ...change })
    for (const [index, outcome] of outcomes.entries()) {
      await storeWork(db, jobId)
      const { work } = await claimWork(db, jobId)
      await underLock(db, jobId, async (trx) => {
        await endWork(trx, work.id, null, 'done', outcome)
        await trx.updateTable('work').set({ ended_at: index }).where('id', '=', work.id).execute()
      })
    }
    return jobId
  }

  const error = (server: boolean): WorkOutcome => ({ kind: 'error', message: 'it is gone', server })
  const look = (since = minute(0)): Promise<RecentOutcome[]> => readOutcomes(db.reader, since)

  it('include jobs that ended by themselves since then, the last first', async () => {
    expect(await look()).toEqual([])
    await ended(1, { status: 'completed' })
    await ended(2, { status: 'cancelled' })
    await ended(3, { status: 'failed' })
    await ended(4, { status: 'running' })
    const plain = { failedByServer: false, error: null }
    expect(await look()).toEqual([
      { endedAt: minute(3), ...plain },
      { endedAt: minute(1), ...plain },
    ])
    expect(await look(minute(2))).toHaveLength(1)
    for (let n = 10; n < 20; n += 1) await ended(n, { status: 'completed' })
    expect((await look()).map(({ endedAt }) => endedAt)).toEqual([19, 18, 17, 16, 15, 14, 13, 12].map(minute))
  })

  it("are the server's fault when the last work of a failed job ended in an error of its own", async () => {
    await ended(1, { status: 'failed' }, [error(true)])
    await ended(2, { status: 'failed' }, [error(false)])
    await ended(3, { status: 'completed' }, [error(true)])
    await ended(4, { status: 'failed' }, [error(true), { kind: 'session' }])
    await ended(5, { status: 'failed', epoch: 2 }, [error(true)])
    expect((await look()).map(({ failedByServer, error: why }) => [failedByServer, why])).toEqual([
      [false, null],
      [false, null],
      [false, 'it is gone'],
      [false, 'it is gone'],
      [true, 'it is gone'],
    ])
  })
})
