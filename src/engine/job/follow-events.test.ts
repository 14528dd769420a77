import { afterEach, beforeEach, expect, it } from 'vitest'
import { storeJob, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../store/database/database.ts'
import { appendEvents, type NewEvent } from '../../store/events.ts'
import { openStreams, type Streams } from './follow-events.ts'

let db: Database
let streams: Streams
let stop: AbortController

beforeEach(async () => {
  db = await openTestStore()
  streams = await openStreams(db)
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await streams.close()
  await db.close()
})

async function append(jobId: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n): NewEvent => {
    return { type: 'task.ready', actor: 'server', message: String(n) }
  })
  await underLock(db, jobId, (trx) => appendEvents(trx, jobId, events))
}

/** Reads numbers of events from a stream until there are so many. */
async function take(stream: AsyncGenerator<readonly { seq: number }[]>, count: number): Promise<number[]> {
  const seen: number[] = []
  while (seen.length < count) {
    const { value, done } = await stream.next()
    if (done === true) break
    seen.push(...value.map(({ seq }) => seq))
  }
  return seen
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n)

it('a stream returns existing events, then new ones, each once and in order', async () => {
  const id = await storeJob(db)
  await append(id, 1200)
  const stream = streams.follow(id, 0, stop.signal)
  expect(await take(stream, 1201)).toEqual(numbers(1, 1201))
  const next = take(stream, 3)
  await append(await storeJob(db), 5)
  await append(id, 1)
  await append(id, 2)
  expect(await next).toEqual([1202, 1203, 1204])
})

it('a stream begins after the number that its reader already has', async () => {
  const id = await storeJob(db)
  await append(id, 3)
  expect(await take(streams.follow(id, 3, stop.signal), 1)).toEqual([4])
})

it('a stream ends when its reader leaves, even while nothing happens', async () => {
  const stream = streams.follow(await storeJob(db), 1, stop.signal)
  const waiting = stream.next()
  stop.abort()
  expect(await waiting).toEqual({ value: undefined, done: true })
  const gone = new AbortController()
  gone.abort()
  expect(await streams.summaries(gone.signal).next()).toEqual({ value: undefined, done: true })
})

it("a follower of all jobs gets a batched summary of each changed job, except the server's own", async () => {
  const [one, other, hidden] = [
    await storeJob(db),
    await storeJob(db),
    await storeJob(db, { isHidden: true }),
  ]
  const stream = streams.summaries(stop.signal)
  const ids = async (): Promise<string[]> => {
    const { value, done } = await stream.next()
    return done === true ? [] : value.map(({ id }) => id)
  }
  const first = ids()
  for (const id of [one, hidden, other, one]) await append(id, 1)
  expect(await first).toEqual([one, other])
  const second = ids()
  await append(hidden, 1)
  await append(other, 1)
  expect(await second).toEqual([other])
})

it('followers read again when notifications may have been lost', async () => {
  let tell: (payload: string | null) => void = () => undefined
  const deaf = await openStreams({
    ...db,
    listen: (_channel, onNotify) => {
      tell = onNotify
      return Promise.resolve(() => Promise.resolve())
    },
  })
  const id = await storeJob(db)
  const next = take(deaf.follow(id, 1, stop.signal), 1)
  const all = deaf.summaries(stop.signal).next()
  await append(id, 1)
  tell(null)
  expect(await next).toEqual([2])
  tell(`${id} 2`)
  expect((await all).value).toMatchObject([{ id }])
  await deaf.close()
})

it('a follower whose event never comes is released with the others', async () => {
  const all = streams.summaries(stop.signal).next()
  const nobody = streams.follow(newId(), 0, stop.signal).next()
  stop.abort()
  expect(await Promise.all([all, nobody])).toEqual(Array(2).fill({ value: undefined, done: true }))
})
