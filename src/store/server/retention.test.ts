import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeJob, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import type { Database } from '../database/database.ts'
import { updateJob } from '../jobs.ts'
import {
  insertRemoval,
  listRemovals,
  markDownloaded,
  saveBytes,
  setArchived,
  storedJobs,
  type StoredRow,
} from './retention.ts'

let db: Database
const ended = new Date('2026-01-01T00:00:00.000Z')

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

async function rowOf(id: string): Promise<StoredRow | undefined> {
  return (await storedJobs(db.reader)).find((row) => row.id === id)
}

it('the size of a job is known after its measurement, until it begins again', async () => {
  const id = await storeJob(db, {}, { status: 'completed', completed_at: ended })
  expect(await rowOf(id)).toMatchObject({ bytes: null, taken_at: null, archived_at: null })
  await saveBytes(db, id, 5000, ended.getTime())
  expect(await rowOf(id)).toMatchObject({ bytes: 5000, completed_at: ended.getTime() })
  await underLock(db, id, (trx) => updateJob(trx, id, { status: 'queued', completed_at: null }))
  expect(await rowOf(id)).toMatchObject({ bytes: null, completed_at: null })
})

it('a measurement of a job that has begun again meanwhile is dropped', async () => {
  const id = await storeJob(db, {}, { status: 'running' })
  await saveBytes(db, id, 5000, ended.getTime())
  expect(await rowOf(id)).toMatchObject({ bytes: null })
})

it('jobs of the server itself are not counted', async () => {
  const id = await storeJob(db, { isHidden: true })
  expect(await rowOf(id)).toBeUndefined()
})

it('only the first download counts', async () => {
  const id = await storeJob(db)
  const take = (): Promise<boolean> => underLock(db, id, (trx) => markDownloaded(trx, id))
  expect([await take(), await take()]).toEqual([true, false])
  expect((await rowOf(id))?.taken_at).toBeTypeOf('number')
})

it('a job is archived and put back, each once', async () => {
  const id = await storeJob(db)
  const archive = (archived: boolean): Promise<boolean> =>
    underLock(db, id, (trx) => setArchived(trx, id, archived))
  expect([await archive(false), await archive(true), await archive(true)]).toEqual([false, true, false])
  expect((await rowOf(id))?.archived_at).toBeTypeOf('number')
  expect(await archive(false)).toBe(true)
  expect((await rowOf(id))?.archived_at).toBeNull()
})

it('an archived job that begins again returns to the lists', async () => {
  const id = await storeJob(db, {}, { status: 'failed', completed_at: ended })
  await underLock(db, id, async (trx) => {
    await setArchived(trx, id, true)
    await updateJob(trx, id, { status: 'queued', completed_at: null })
  })
  expect((await rowOf(id))?.archived_at).toBeNull()
})

it('removals are listed, the newest first', async () => {
  const ids = [await storeJob(db), await storeJob(db)]
  const removal = { title: 'A job', bytes: 7, completedAt: ended.getTime(), wasTaken: false }
  for (const id of ids)
    await underLock(db, id, (trx) => insertRemoval(trx, id, { ...removal, reason: 'age' }))
  const listed = await listRemovals(db.reader, 10)
  expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  expect(listed[0]).toMatchObject({
    title: 'A job',
    bytes: 7,
    completed_at: ended.toISOString(),
    reason: 'age',
    was_taken: false,
  })
  expect(await listRemovals(db.reader, 1)).toHaveLength(1)
})
