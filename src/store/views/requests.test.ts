import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeAttempted, storeJob, underLock, type Attempted } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import type { PermissionView } from '../../contract/permission.ts'
import type { AttemptStatus } from '../../contract/words.ts'
import { newId } from '../../lib/ids.ts'
import { updateAttempt } from '../attempts.ts'
import type { Database } from '../database/database.ts'
import { readJob, updateJob } from '../jobs.ts'
import { closePermission, insertPermission, listPermissions, readPermission } from '../permissions.ts'
import { notePersonWait } from './person-wait.ts'
import { closeQuestion, insertQuestion, listQuestions, openQuestions, readQuestion } from '../questions.ts'
import { openRequests } from './requests.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const deadline = new Date('2030-01-01T00:00:00.000Z')
const options: PermissionView['options'] = [{ id: 'yes', name: 'Yes', kind: 'allow_once' }]

async function askPermission(place: Attempted): Promise<string> {
  const id = newId()
  const { jobId, agentId, taskId: task_id, attemptId: attempt_id } = place
  const request = { id, task_id, attempt_id, title: 'rm -rf dist', kind: 'execute', input: { n: 1 }, options }
  await underLock(db, jobId, (trx) => insertPermission(trx, { ...request, jobId, agentId, deadline }))
  return id
}

async function askQuestion(place: Attempted, question = 'Which?'): Promise<string> {
  const id = newId()
  const { jobId, agentId, taskId: task_id, attemptId: attempt_id } = place
  const asked = { id, task_id, attempt_id, question, choices: ['this', 'that'] }
  await underLock(db, jobId, (trx) => insertQuestion(trx, { ...asked, jobId, agentId, deadline }))
  return id
}

async function endAttempt({ jobId, attemptId }: Attempted, status: AttemptStatus): Promise<void> {
  await underLock(db, jobId, (trx) => updateAttempt(trx, attemptId, { status, ended_at: new Date() }))
}

/** Closes a request, and returns whether it was open. */
function allow({ jobId }: Attempted, id: string): Promise<boolean> {
  const answer = { outcome: 'allowed', optionId: 'yes', actor: 'person' } as const
  return underLock(db, jobId, (trx) => closePermission(trx, id, answer))
}

function answer({ jobId }: Attempted, id: string, text: string): Promise<void> {
  return underLock(db, jobId, (trx) =>
    closeQuestion(trx, id, { outcome: 'answered', answer: text, actor: 'person' }),
  )
}

describe('a permission request', () => {
  it('is open until it is closed once', async () => {
    const place = await storeAttempted(db)
    const id = await askPermission(place)
    const open = {
      id,
      task_id: place.taskId,
      attempt_id: place.attemptId,
      agent: 'Developer',
      title: 'rm -rf dist',
      kind: 'execute',
      input: { n: 1 },
      options,
      asked_at: expect.any(String),
      deadline: deadline.toISOString(),
      outcome: null,
      option_id: null,
      actor: null,
      answered_at: null,
    }
    expect(await readPermission(db.reader, place.jobId, id)).toEqual({
      ask: open,
      agentId: place.agentId,
    })
    expect(await allow(place, id)).toBe(true)
    expect(await allow(place, id)).toBe(false)
    expect(await listPermissions(db.reader, place.jobId)).toEqual([
      { ...open, outcome: 'allowed', option_id: 'yes', actor: 'person', answered_at: expect.any(String) },
    ])
  })

  it('belongs to its job', async () => {
    const id = await askPermission(await storeAttempted(db))
    expect(await readPermission(db.reader, newId(), id)).toBeNull()
    expect(await listPermissions(db.reader, newId())).toEqual([])
  })
})

describe('a question', () => {
  it('is open until it is closed; a later answer changes nothing', async () => {
    const place = await storeAttempted(db)
    const id = await askQuestion(place)
    const open = {
      id,
      task_id: place.taskId,
      attempt_id: place.attemptId,
      agent: 'Developer',
      question: 'Which?',
      choices: ['this', 'that'],
      asked_at: expect.any(String),
      deadline: deadline.toISOString(),
      outcome: null,
      answer: null,
      actor: null,
      answered_at: null,
    }
    expect(await readQuestion(db.reader, place.jobId, id)).toEqual({ ask: open, agentId: place.agentId })
    await answer(place, id, 'this')
    await answer(place, id, 'that')
    expect(await listQuestions(db.reader, place.jobId)).toEqual([
      { ...open, outcome: 'answered', answer: 'this', actor: 'person', answered_at: expect.any(String) },
    ])
    expect(await readQuestion(db.reader, newId(), id)).toBeNull()
  })

  it('is listed among the open ones of its attempt, in the order of asking', async () => {
    const place = await storeAttempted(db)
    const ids = [await askQuestion(place), await askQuestion(place), await askQuestion(place)]
    await answer(place, ids[1] ?? '', 'this')
    const open = await openQuestions(db.reader, place.attemptId)
    expect(open.map(({ id }) => id)).toEqual([ids[0], ids[2]])
  })
})

it.each(['succeeded', 'failed', 'lost', 'cancelled'] as const)(
  'an unanswered request is withdrawn at the end of its attempt: %s',
  async (status) => {
    const place = await storeAttempted(db)
    const [left, allowed] = [await askPermission(place), await askPermission(place)]
    await askQuestion(place)
    await allow(place, allowed)
    await endAttempt(place, status)
    const withdrawn = { outcome: 'withdrawn', answered_at: expect.any(String) }
    expect(await listPermissions(db.reader, place.jobId)).toMatchObject([
      { id: left, ...withdrawn },
      { id: allowed, outcome: 'allowed' },
    ])
    expect(await listQuestions(db.reader, place.jobId)).toMatchObject([withdrawn])
  },
)

it('open requests of running agents show who waits for what, the oldest first', async () => {
  const [place, over] = [await storeAttempted(db), await storeAttempted(db)]
  await askPermission(over)
  await endAttempt(over, 'lost')
  const first = await askQuestion(place)
  await askPermission(place)
  const answered = await askQuestion(place, 'And which?')
  await answer(place, answered, 'that')
  // Requests of the same millisecond have no order.
  await underLock(db, place.jobId, (trx) =>
    trx.updateTable('questions').set({ asked_at: 1 }).where('id', '=', first).execute(),
  )
  const found = await openRequests(db.reader, [place.jobId, over.jobId])
  expect(found.map(({ job_id, task_id }) => [job_id, task_id])).toEqual(
    Array(2).fill([place.jobId, place.taskId]),
  )
  expect(found.map(({ wait }) => wait)).toEqual([
    {
      for: 'answer',
      on: 'Developer asks: Which?',
      since: new Date(1).toISOString(),
      until: deadline.toISOString(),
    },
    {
      for: 'permission',
      on: 'Developer asks: rm -rf dist',
      since: expect.any(String),
      until: deadline.toISOString(),
    },
  ])
})

describe('the time for which a job waits for people', () => {
  const wait = { on: 'it', since: '2026-01-01T00:00:00.000Z', until: null } as const
  const note = (jobId: string): Promise<void> => underLock(db, jobId, (trx) => notePersonWait(trx, jobId))

  it('runs from its first open request to the end of its last', async () => {
    const place = await storeAttempted(db)
    const { jobId } = place
    const [question, permission] = [await askQuestion(place), await askPermission(place)]
    await note(jobId)
    const since = (await readJob(db.reader, jobId))?.person_since
    expect(since).toBeInstanceOf(Date)
    await answer(place, question, 'this')
    await note(jobId)
    expect((await readJob(db.reader, jobId))?.person_since).toEqual(since)
    await underLock(db, jobId, (trx) =>
      trx
        .updateTable('jobs')
        .set({ person_since: Date.now() - 60_000 })
        .where('id', '=', jobId)
        .execute(),
    )
    await allow(place, permission)
    await note(jobId)
    const after = await readJob(db.reader, jobId)
    expect(after?.person_since).toBeNull()
    expect(after?.person_ms).toBeGreaterThanOrEqual(60_000)
  })

  it('includes a wait of the job for a person, and no other wait', async () => {
    const jobId = await storeJob(db)
    const change = (columns: Parameters<typeof updateJob>[2]): Promise<void> =>
      underLock(db, jobId, (trx) => updateJob(trx, jobId, columns))
    await change({ status: 'waiting', wait: { for: 'retry', ...wait } })
    expect((await readJob(db.reader, jobId))?.person_since).toBeNull()
    await change({ wait: { for: 'budget', ...wait } })
    expect((await readJob(db.reader, jobId))?.person_since).toEqual(new Date(wait.since))
    await change({ status: 'running', wait: null })
    const after = await readJob(db.reader, jobId)
    expect(after?.person_since).toBeNull()
    expect(after?.person_ms).toBeGreaterThan(0)
  })
})
