import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  storeAgent,
  storeAttempt,
  storeAttempted,
  storeJob,
  storeTask,
  underLock,
  type Place,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import { newId } from '../lib/ids.ts'
import type { Database } from './database/database.ts'
import { deleteDocument, insertDocument, listDocuments, readDocuments } from './documents.ts'
import { earlierMessages, insertMessage, readRecipient, takeMessages } from './messages.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

async function send({ jobId, agentId }: Omit<Place, 'taskId'>, text: string): Promise<void> {
  await underLock(db, jobId, (trx) => insertMessage(trx, { id: newId(), jobId, agentId, text }))
}

async function take({ jobId, agentId }: Omit<Place, 'taskId'>, attemptId: string): Promise<string[]> {
  const messages = await underLock(db, jobId, (trx) => takeMessages(trx, agentId, attemptId))
  return messages.map(({ text }) => text)
}

it('messages are taken once, in the order of sending, by their agent', async () => {
  const place = await storeAttempted(db)
  const other = { jobId: place.jobId, agentId: await storeAgent(db, place.jobId) }
  for (const text of ['one', 'two', 'three']) await send(place, text)
  await send(other, 'for another')
  expect(await take(place, place.attemptId)).toEqual(['one', 'two', 'three'])
  expect(await take(place, place.attemptId)).toEqual([])
  await send(place, 'four')
  expect(await take(place, place.attemptId)).toEqual(['four'])
})

it('a new attempt gets the messages of earlier ones of its kind and task', async () => {
  const place = await storeAttempted(db)
  const review = await storeAttempt(db, place, { kind: 'review' })
  const elsewhere = await storeAttempt(db, { ...place, taskId: await storeTask(db, place, { position: 1 }) })
  for (const [text, attempt] of [
    ['first', place.attemptId],
    ['to the reviewer', review],
    ['about another task', elsewhere],
    ['second', place.attemptId],
  ] as const) {
    await send(place, text)
    await take(place, attempt)
  }
  await send(place, 'not delivered')
  const again = await storeAttempt(db, place, { number: 2 })
  const texts = async (attempt: string): Promise<string[]> =>
    (await earlierMessages(db.reader, attempt)).map(({ text }) => text)
  expect(await texts(again)).toEqual(['first', 'second'])
  expect(await texts(place.attemptId)).toEqual([])
})

it('a recipient is an agent of the job, with its current session', async () => {
  const place = await storeAttempted(db)
  const idle = await storeAgent(db, place.jobId, { name: 'Idle' })
  const read = (jobId: string, agentId: string) => db.tx((trx) => readRecipient(trx, jobId, agentId))
  expect(await read(place.jobId, place.agentId)).toEqual({
    name: 'Developer',
    task_id: place.taskId,
    attempt_id: place.attemptId,
  })
  expect(await read(place.jobId, idle)).toEqual({ name: 'Idle', task_id: null, attempt_id: null })
  expect(await read(await storeJob(db), idle)).toBeNull()
  expect(await read(place.jobId, newId())).toBeNull()
})

it('documents are stored byte for byte, listed in their order, and deleted', async () => {
  const jobId = await storeJob(db)
  const content = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const ids: string[] = []
  for (const name of ['b.bin', 'a.txt']) {
    const id = newId()
    const view = await underLock(db, jobId, (trx) =>
      insertDocument(trx, jobId, { id, name, mediaType: 'text/plain', content }),
    )
    expect(view).toEqual({ id, name, size: 256, media_type: 'text/plain', created_at: expect.any(String) })
    expect((await listDocuments(db.reader, jobId)).at(-1)).toEqual(view)
    ids.push(id)
  }
  const documents = await readDocuments(db.reader, jobId)
  expect(documents.map(({ name }) => name)).toEqual(['b.bin', 'a.txt'])
  expect(documents.map((document) => [...document.content])).toEqual([[...content], [...content]])
  const remove = (of: string): Promise<boolean> =>
    underLock(db, of, (trx) => deleteDocument(trx, of, ids[0] ?? ''))
  expect(await remove(await storeJob(db))).toBe(false)
  expect(await remove(jobId)).toBe(true)
  expect(await remove(jobId)).toBe(false)
  expect((await listDocuments(db.reader, jobId)).map(({ id }) => id)).toEqual([ids[1]])
  expect(await readDocuments(db.reader, newId())).toEqual([])
})
