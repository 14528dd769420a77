import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeAttempted, storeJob, underLock } from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import { eventually } from '../../test/helpers/until.ts'
import { EventQuery } from '../contract/events/event.ts'
import { newId } from '../lib/ids.ts'
import type { Database } from './database/database.ts'
import {
  appendEvents,
  eventsChannel,
  pageEvents,
  readAttemptEvents,
  readEvents,
  readMessages,
  type EventContext,
  type NewEvent,
} from './events.ts'
import { updateJob } from './jobs.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

function append(jobId: string, events: readonly NewEvent[]): Promise<number> {
  return underLock(db, jobId, (trx) => appendEvents(trx, jobId, events))
}

const ready = (message: string, more: Partial<EventContext> = {}): NewEvent => ({
  type: 'task.ready',
  actor: 'server',
  message,
  ...more,
})

/** Returns the numbers of a page of events. */
async function page(jobId: string, query: Record<string, unknown> = {}): Promise<number[]> {
  return (await pageEvents(db.reader, jobId, EventQuery.parse(query))).map(({ seq }) => seq)
}

describe('appending', () => {
  it('continues the numbers of the job, and returns the last one', async () => {
    const jobId = await storeJob(db)
    expect(await append(jobId, [ready('one'), ready('two')])).toBe(3)
    expect(await append(jobId, [ready('three')])).toBe(4)
    expect((await readEvents(db.reader, jobId, 1, 10)).map(({ seq, message }) => [seq, message])).toEqual([
      [2, 'one'],
      [3, 'two'],
      [4, 'three'],
    ])
  })

  it('keeps every field, and a given time', async () => {
    const { jobId, taskId, attemptId } = await storeAttempted(db)
    const at = new Date('2026-01-02T03:04:05.678Z')
    const data = { commit: null }
    await append(jobId, [
      { type: 'task.merged', message: 'all', actor: 'agent:Dev', taskId, attemptId, data, at },
    ])
    expect(await readEvents(db.reader, jobId, 1, 10)).toEqual([
      {
        seq: 2,
        at: at.toISOString(),
        type: 'task.merged',
        actor: 'agent:Dev',
        task_id: taskId,
        attempt_id: attemptId,
        message: 'all',
        data,
      },
    ])
  })

  it('accepts more events than one statement can insert', async () => {
    const jobId = await storeJob(db)
    const many = Array.from({ length: 2345 }, (_, n) => ready(String(n)))
    expect(await append(jobId, many)).toBe(2346)
    const [first, ...others] = await readEvents(db.reader, jobId, 2344, 5000)
    expect(first).toMatchObject({ seq: 2345, message: '2343', data: {} })
    expect(others).toHaveLength(1)
  })

  it('wakes listeners with the number of the last event', async () => {
    const jobId = await storeJob(db)
    const heard: (string | null)[] = []
    const stop = await db.listen(eventsChannel, (payload) => heard.push(payload))
    await append(jobId, [ready('one'), ready('two')])
    await eventually(() => expect(heard).toContain(`${jobId} 3`))
    await stop()
  })
})

describe('reading', () => {
  it('returns events after a number, oldest first, up to a limit', async () => {
    const jobId = await storeJob(db)
    await append(
      jobId,
      ['one', 'two', 'three'].map((text) => ready(text)),
    )
    const read = async (after: number, limit: number): Promise<string[]> =>
      (await readEvents(db.reader, jobId, after, limit)).map(({ message }) => message)
    expect(await read(0, 2)).toEqual(['The job was accepted.', 'one'])
    expect(await read(2, 10)).toEqual(['two', 'three'])
    expect(await read(4, 10)).toEqual([])
    expect(await readEvents(db.reader, newId(), 0, 10)).toEqual([])
  })

  it('returns the transcript of one attempt', async () => {
    const { jobId, attemptId } = await storeAttempted(db)
    await append(jobId, [
      ready('a', { attemptId }),
      ready('another', { attemptId: newId() }),
      ready('b', { attemptId }),
      ready('c', { attemptId }),
    ])
    const read = async (limit: number): Promise<string[]> =>
      (await readAttemptEvents(db.reader, jobId, attemptId, limit)).map(({ message }) => message)
    expect(await read(10)).toEqual(['a', 'b', 'c'])
    expect(await read(2)).toEqual(['a', 'b'])
  })

  it('shows people the last messages with their phases, without the output of agents', async () => {
    const jobId = await storeJob(db)
    await append(jobId, [ready('planned')])
    await underLock(db, jobId, (trx) => updateJob(trx, jobId, { phase: 'building' }))
    await append(jobId, [
      ready('built'),
      { type: 'session.message', actor: 'agent:Dev', message: 'I think' },
      ready('named', { phase: 'proving' }),
    ])
    const read = async (limit: number): Promise<string[]> =>
      (await readMessages(db.reader, jobId, limit)).map(({ phase, message }) => `${phase} ${message}`)
    expect(await read(2)).toEqual(['building built', 'proving named'])
    expect(await read(10)).toEqual([
      'queued The job was accepted.',
      'queued planned',
      'building built',
      'proving named',
    ])
  })
})

describe('a page', () => {
  it('goes forward from a number or backward from one, and is always oldest first', async () => {
    const jobId = await storeJob(db)
    await append(
      jobId,
      Array.from({ length: 9 }, (_, n) => ready(String(n))),
    )
    expect(await page(jobId, { limit: 3 })).toEqual([1, 2, 3])
    expect(await page(jobId, { limit: 3, after: 3 })).toEqual([4, 5, 6])
    expect(await page(jobId, { limit: 3, after: 9 })).toEqual([10])
    expect(await page(jobId, { after: 10 })).toEqual([])
    expect(await page(jobId, { limit: 3, before: 11 })).toEqual([8, 9, 10])
    expect(await page(jobId, { limit: 3, before: 8 })).toEqual([5, 6, 7])
    expect(await page(jobId, { limit: 3, before: 2 })).toEqual([1])
    expect(await page(jobId, { before: 1 })).toEqual([])
    expect(await page(jobId, { after: 4, before: 8 })).toEqual([5, 6, 7])
  })

  it('contains only events that match the filter', async () => {
    const { jobId, taskId, attemptId } = await storeAttempted(db)
    await append(jobId, [
      ready('2', { taskId }),
      { type: 'task.merged', actor: 'server', message: '3', taskId, data: { commit: null } },
      { type: 'job.phase', actor: 'server', message: '4', data: { phase: 'building' } },
      ready('5', { taskId, attemptId }),
    ])
    expect(await page(jobId, { task_id: taskId })).toEqual([2, 3, 5])
    expect(await page(jobId, { attempt_id: attemptId })).toEqual([5])
    expect(await page(jobId, { type: 'task.merged' })).toEqual([3])
    expect(await page(jobId, { type: 'task.merged,job.phase' })).toEqual([3, 4])
    expect(await page(jobId, { type: 'task.*' })).toEqual([2, 3, 5])
    expect(await page(jobId, { type: 'job.*', before: 5, limit: 1 })).toEqual([4])
    expect(await page(jobId, { type: 'plan.*' })).toEqual([])
  })
})
