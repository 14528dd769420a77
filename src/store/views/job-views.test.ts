import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  claimWork,
  storeAgent,
  storeAttempt,
  storeAttempted,
  storeJob,
  storeTask,
  storeWork,
  underLock,
  viewOf,
} from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { JobQuery } from '../../contract/job.ts'
import type { Wait } from '../../contract/words.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../database/database.ts'
import { markDeleted } from '../deletion.ts'
import { listJobs, readSummaries, viewJobs } from './job-views.ts'
import { updateJob } from '../jobs.ts'
import { insertQuestion } from '../questions.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const since = '2026-01-01T00:00:00.000Z'
const wait = (what: Wait['for']): Wait => ({ for: what, on: 'it', since, until: null })
const noUsage = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost_usd: null, unpriced_tokens: 0 }

/** Returns the titles of a page of jobs, and how many there are in all. */
async function titles(query: Record<string, unknown>): Promise<string> {
  const { jobs, total } = await db.read((reader) => listJobs(reader, JobQuery.parse(query)))
  return `${jobs.map(({ title }) => title).join(' ')} of ${total}`
}

/** Stores jobs with these titles, each a minute younger than the one before, and with a word that all of them have. */
async function storeTitled(word: string, named: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const [index, title] of named.entries())
    ids.push(
      await storeJob(db, { title, vision: word, createdAt: new Date(Date.parse(since) + index * 60_000) }),
    )
  return ids
}

describe('the list of jobs', () => {
  it('has pages, the newest job first by default', async () => {
    await storeTitled('pages', ['a', 'b', 'c', 'd', 'e'])
    const query = { q: 'pages', page_size: 2 }
    expect(await titles(query)).toBe('e d of 5')
    expect(await titles({ ...query, page: 2 })).toBe('c b of 5')
    expect(await titles({ ...query, page: 3 })).toBe('a of 5')
    expect(await titles({ ...query, page: 4 })).toBe(' of 5')
    expect(await titles({ ...query, sort_order: 'asc' })).toBe('a b of 5')
    expect(await titles({ ...query, sort_order: 'asc', page: 3 })).toBe('e of 5')
    expect(await titles({ q: 'nowhere-at-all' })).toBe(' of 0')
  })

  it('is sorted by title and by status, in both directions, and then by age', async () => {
    const [, second] = await storeTitled('sorted', ['b', 'a', 'b2', 'c'])
    await underLock(db, second ?? '', (trx) => updateJob(trx, second ?? '', { status: 'completed' }))
    const query = { q: 'sorted', sort_by: 'title' }
    expect(await titles({ ...query, sort_order: 'asc' })).toBe('a b b2 c of 4')
    expect(await titles(query)).toBe('c b2 b a of 4')
    expect(await titles({ q: 'sorted', sort_by: 'status', sort_order: 'asc' })).toBe('a c b2 b of 4')
    expect(await titles({ q: 'sorted', sort_by: 'status' })).toBe('c b2 b a of 4')
  })

  it('can list the jobs that wait for a person first, or only them', async () => {
    await storeTitled('needed', ['a', 'b'])
    const change = { status: 'waiting', wait: wait('approval') } as const
    await storeJob(db, { title: 'p', vision: 'needed', createdAt: new Date(0) }, change)
    await storeJob(db, { title: 'q', vision: 'needed' }, { ...change, wait: wait('retry') })
    expect(await titles({ q: 'needed', sort_by: 'attention' })).toBe('p q b a of 4')
    expect(await titles({ q: 'needed', sort_by: 'attention', sort_order: 'asc' })).toBe('p a b q of 4')
    expect(await titles({ q: 'needed', needs: 'person' })).toBe('p of 1')
  })

  it('is searched in titles and visions, ignoring case, with literal text', async () => {
    await storeJob(db, { title: 'Größe', vision: 'literal 100% of_it' })
    await storeJob(db, { title: 'other', vision: 'literal 100x ofXit' })
    expect(await titles({ q: 'GRÖSSE' })).toBe(' of 0')
    expect(await titles({ q: 'GRÖßE' })).toBe('Größe of 1')
    expect(await titles({ q: '100%' })).toBe('Größe of 1')
    expect(await titles({ q: 'OF_IT' })).toBe('Größe of 1')
    expect(await titles({ q: String.raw`\ ` })).toBe(' of 0')
    expect(await titles({ q: 'literal', sort_by: 'title', sort_order: 'asc' })).toBe('Größe other of 2')
  })

  it('can be filtered by status, and contains no hidden or deleted job', async () => {
    await storeJob(db, { title: 'f', vision: 'seen' }, { status: 'failed' })
    await storeJob(db, { title: 'r', vision: 'seen' }, { status: 'running' })
    await storeJob(db, { title: 'h', vision: 'seen', isHidden: true }, { status: 'failed' })
    const deleted = await storeJob(db, { title: 'd', vision: 'seen' }, { status: 'failed' })
    await underLock(db, deleted, (trx) => markDeleted(trx, deleted))
    expect(await titles({ q: 'seen' })).toBe('r f of 2')
    expect(await titles({ q: 'seen', status: 'failed' })).toBe('f of 1')
  })
})

describe('summaries', () => {
  it('are in the requested order, without missing jobs', async () => {
    const [one, other, hidden] = [
      await storeJob(db),
      await storeJob(db),
      await storeJob(db, { isHidden: true }),
    ]
    const ids = [other, newId(), hidden, one]
    expect((await readSummaries(db.reader, ids)).map(({ id }) => id)).toEqual([other, one])
    expect(await readSummaries(db.reader, [])).toEqual([])
  })

  it('mark a job that has not begun', async () => {
    const createdAt = new Date(since)
    const id = await storeJob(db, { createdAt })
    expect(await readSummaries(db.reader, [id])).toEqual([
      {
        id,
        title: 't',
        backend: 'offline',
        mode: 'team',
        demo: true,
        status: 'queued',
        current_phase: 'queued',
        progress: 0,
        wait: null,
        proof: null,
        created_at: since,
        started_at: null,
        completed_at: null,
        error: null,
        usage: noUsage,
        team: [],
        tasks: { total: 0, done: 0 },
      },
    ])
  })

  it('count its tasks, add up its usage and name its team', async () => {
    const { jobId, agentId, taskId } = await storeAttempted(db, { backend: 'codex' })
    await storeAgent(db, jobId, { name: 'Reviewer', role: 'reviewer' })
    await storeTask(db, { jobId, agentId }, { position: 1 }, { status: 'completed' })
    await storeAttempt(db, { jobId, agentId, taskId }, { number: 2 }, { input_tokens: 5, cost_usd: 0.5 })
    await storeAttempt(db, { jobId, agentId, taskId }, { number: 3 }, { output_tokens: 2 })
    expect(await readSummaries(db.reader, [jobId])).toMatchObject([
      {
        demo: false,
        usage: { ...noUsage, input_tokens: 5, output_tokens: 2, cost_usd: 0.5 },
        team: [
          { name: 'Developer', role: 'developer', status: 'idle' },
          { name: 'Reviewer', role: 'reviewer', status: 'idle' },
        ],
        tasks: { total: 2, done: 1 },
      },
    ])
  })
})

describe('a job', () => {
  it('is shown with its options and its result, among others in their order', async () => {
    const change = { status: 'completed', proof: 'proven', result_path: '/r', head_commit: 'c' } as const
    const id = await storeJob(db, { source: '/s', setup: ['npm ci'], budget: { tokens: 4 } }, change)
    const other = await storeJob(db)
    const view = await db.read((reader) => viewOf(reader, id))
    expect(view).toMatchObject({
      id,
      vision: 'v',
      workspace_path: '/r',
      branch: 'main',
      head_commit: 'c',
      checking: null,
      waited_ms: 0,
      options: {
        agents: {},
        model: null,
        models: {},
        checks: [],
        setup: ['npm ci'],
        source: '/s',
        parallelism: 2,
        priority: 'normal',
        approve_plan: false,
        permissions: 'sandbox',
        budget: { tokens: 4 },
      },
    })
    const gone = newId()
    const views = await db.read((reader) => viewJobs(reader, [other, gone, id]))
    expect(views.map((one) => one?.id ?? null)).toEqual([other, null, id])
    expect(await viewOf(db.reader, gone)).toBeNull()
    await underLock(db, id, (trx) => markDeleted(trx, id))
    expect(await viewOf(db.reader, id)).toBeNull()
  })

  it('waits for a worker while none of its work runs', async () => {
    const jobId = await storeJob(db, {}, { status: 'running' })
    await storeWork(db, jobId)
    const queued = { for: 'capacity', on: 'a free worker slot', since: expect.any(String), until: null }
    expect((await viewOf(db.reader, jobId))?.wait).toEqual(queued)
    await storeWork(db, jobId)
    await claimWork(db, jobId)
    expect((await viewOf(db.reader, jobId))?.wait).toBeNull()
  })

  it('shows a wait for a person rather than one that ends by itself', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(
      db,
      {},
      { status: 'waiting', wait: wait('retry') },
    )
    expect((await viewOf(db.reader, jobId))?.wait).toEqual(wait('retry'))
    await underLock(db, jobId, (trx) =>
      insertQuestion(trx, {
        id: newId(),
        jobId,
        agentId,
        task_id: taskId,
        attempt_id: attemptId,
        question: 'Which?',
        choices: [],
        deadline: new Date(since),
      }),
    )
    expect((await viewOf(db.reader, jobId))?.wait).toEqual({
      for: 'answer',
      on: 'Developer asks: Which?',
      since: expect.any(String),
      until: since,
    })
    await underLock(db, jobId, (trx) => updateJob(trx, jobId, { wait: wait('approval') }))
    expect((await viewOf(db.reader, jobId))?.wait).toEqual(wait('approval'))
  })
})
