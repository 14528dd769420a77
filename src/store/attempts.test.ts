import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
import type { Feedback } from '../domain/model.ts'
import { newId } from '../lib/ids.ts'
import {
  attemptCommit,
  attemptsOfRound,
  brokenAttemptBefore,
  firstBase,
  hasWork,
  lastCheckpoint,
  readLeftChecks,
  listAttempts,
  readAttempt,
  readInterrupted,
  updateAttempt,
  type AttemptChange,
} from './attempts.ts'
import type { Database } from './database/database.ts'
import { startOver } from './task-actions.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

/** Stores a job with a task that has not begun. */
async function storePlace(given: Parameters<typeof storeJob>[1] = {}): Promise<Place> {
  const jobId = await storeJob(db, given)
  const agentId = await storeAgent(db, jobId)
  return { jobId, agentId, taskId: await storeTask(db, { jobId, agentId }) }
}

/** Stores attempts at a task, numbered from 1, and returns their ids. */
async function storeRow(place: Place, changes: readonly AttemptChange[]): Promise<string[]> {
  const ids: string[] = []
  for (const [index, change] of changes.entries())
    ids.push(await storeAttempt(db, place, { number: index + 1 }, change))
  return ids
}

describe('an attempt', () => {
  it('is shown with its agent, its times and its usage', async () => {
    const place = await storePlace()
    const at = new Date('2026-01-02T00:00:00.000Z')
    const [id] = await storeRow(place, [
      {
        status: 'succeeded',
        base_commit: 'b',
        head_commit: 'h',
        stop_reason: 'end_turn',
        walls: 'bubblewrap',
        input_tokens: 4,
        output_tokens: 2,
        cost_usd: 0.1,
        started_at: at,
        ended_at: at,
      },
    ])
    expect(await listAttempts(db.reader, place.jobId)).toEqual([
      {
        id,
        task_id: place.taskId,
        number: 1,
        kind: 'work',
        role: 'developer',
        agent: 'Developer',
        backend: 'offline',
        status: 'succeeded',
        stop_reason: 'end_turn',
        error: null,
        base_commit: 'b',
        head_commit: 'h',
        walls: 'bubblewrap',
        usage: { input_tokens: 4, output_tokens: 2, cached_tokens: 0, cost_usd: 0.1, unpriced_tokens: 0 },
        created_at: expect.any(String),
        started_at: at.toISOString(),
        ended_at: at.toISOString(),
      },
    ])
  })

  it('is unchanged by an empty change', async () => {
    const { jobId, attemptId } = await storeAttempted(db)
    const before = await listAttempts(db.reader, jobId)
    await underLock(db, jobId, (trx) => updateAttempt(trx, attemptId, {}))
    expect(await listAttempts(db.reader, jobId)).toEqual(before)
  })

  it('is loaded with what its runner needs: the feedback, and for a review the commit', async () => {
    const place = await storePlace()
    const feedback: Feedback[] = [{ kind: 'note', summary: 'again', log: 'why' }]
    const subjectId = await storeAttempt(db, place, { feedback }, { head_commit: 'h' })
    const review = await storeAttempt(db, place, { kind: 'review', subjectId })
    expect(await readAttempt(db.reader, subjectId)).toEqual({
      id: subjectId,
      task_id: place.taskId,
      number: 1,
      kind: 'work',
      subject_id: null,
      subject_commit: null,
      agent_id: place.agentId,
      agent: 'Developer',
      role: 'developer',
      backend: 'offline',
      feedback,
    })
    expect(await readAttempt(db.reader, review)).toMatchObject({
      kind: 'review',
      subject_id: subjectId,
      subject_commit: 'h',
    })
    expect(await readAttempt(db.reader, newId())).toBeNull()
  })

  it('has a commit if it left one', async () => {
    const [left, none] = await storeRow(await storePlace(), [{ head_commit: 'h' }, {}])
    expect(await attemptCommit(db.reader, left ?? '')).toBe('h')
    expect(await attemptCommit(db.reader, none ?? '')).toBeNull()
    expect(await attemptCommit(db.reader, null)).toBeNull()
  })
})

it('the list of attempts is in the order of their creation', async () => {
  const place = await storePlace()
  const ids = await storeRow(place, [{}, {}, {}])
  expect((await listAttempts(db.reader, place.jobId)).map(({ id }) => id)).toEqual(ids)
  expect(await listAttempts(db.reader, newId())).toEqual([])
})

describe('the last checkpoint of a task', () => {
  const commits = (n: number): AttemptChange => ({ base_commit: `b${n}`, head_commit: `h${n}` })

  it('is that of the newest attempt of this epoch with a commit, without reviews', async () => {
    const place = await storePlace()
    expect(await lastCheckpoint(db.reader, place.taskId, 1)).toBeNull()
    await storeRow(place, [commits(1), commits(2), { base_commit: 'b3' }, {}])
    await storeAttempt(db, place, { kind: 'review', number: 5 }, commits(5))
    await storeAttempt(db, place, { number: 6, epoch: 2 }, commits(6))
    expect(await lastCheckpoint(db.reader, place.taskId, 1)).toEqual(commits(2))
    expect(await lastCheckpoint(db.reader, place.taskId, 2)).toEqual(commits(6))
    expect(await lastCheckpoint(db.reader, place.taskId, 3)).toBeNull()
  })

  it('is null after a person has started the task over', async () => {
    const place = await storePlace()
    const before = await storeRow(place, [commits(1), commits(2)])
    expect(await attemptsOfRound(db.reader, place.taskId)).toEqual(before)
    await underLock(db, place.jobId, (trx) => startOver(trx, place.taskId, []))
    expect(await lastCheckpoint(db.reader, place.taskId, 1)).toBeNull()
    expect(await attemptsOfRound(db.reader, place.taskId)).toEqual([])
    const again = await storeAttempt(db, place, { number: 3 }, commits(3))
    await storeAttempt(db, place, { number: 3, kind: 'review' })
    expect(await lastCheckpoint(db.reader, place.taskId, 1)).toEqual(commits(3))
    expect(await attemptsOfRound(db.reader, place.taskId)).toEqual([again])
  })
})

it.each([
  ['failed', true],
  ['lost', true],
  ['succeeded', false],
  ['cancelled', false],
] as const)('an attempt after one that %s continues from it: %s', async (status, isBroken) => {
  const place = await storePlace()
  const [older, before, mine] = await storeRow(place, [{ status: 'failed' }, { status }, {}])
  await storeAttempt(db, place, { number: 2, kind: 'review' }, { status: 'lost' })
  expect(await brokenAttemptBefore(db.reader, mine ?? '')).toBe(isBroken ? before : null)
  expect(await brokenAttemptBefore(db.reader, before ?? '')).toBe(older)
  expect(await brokenAttemptBefore(db.reader, older ?? '')).toBeNull()
})

it('the base of a job is that of its first attempt that has one', async () => {
  const place = await storePlace()
  await storeRow(place, [{}])
  expect(await firstBase(db.reader, place.jobId)).toBeNull()
  expect(await hasWork(db.reader, place.jobId)).toBe(false)
  await storeRow(place, [{ base_commit: 'one' }, { base_commit: 'two' }])
  expect(await firstBase(db.reader, place.jobId)).toBe('one')
  expect(await hasWork(db.reader, place.jobId)).toBe(true)
})

it('the checks of an agent are those of its newest successful attempt with checks', async () => {
  const place = await storePlace()
  expect(await readLeftChecks(db.reader, place.jobId)).toEqual([])
  await storeRow(place, [
    { status: 'succeeded', outcome: { checks: ['one'] } },
    { status: 'succeeded', outcome: {} },
    { status: 'failed', outcome: { checks: ['two'] } },
  ])
  expect(await readLeftChecks(db.reader, place.jobId)).toEqual(['one'])
})

it('an interrupted attempt is loaded with what is needed to keep its work, if it has a workspace', async () => {
  const place = await storePlace({ source: '/a/place', branch: 'trunk' })
  const [begun, not] = await storeRow(place, [{ base_commit: 'b' }, {}])
  expect(await readInterrupted(db.reader, begun ?? '')).toEqual({
    base_commit: 'b',
    source: '/a/place',
    branch: 'trunk',
    agent: 'Developer',
  })
  expect(await readInterrupted(db.reader, not ?? '')).toBeNull()
})
