import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newJobRow } from '../../test/helpers/new-job-row.ts'
import {
  storeAttempted,
  storeAttempt,
  storeJob,
  storeTask,
  underLock,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import { newId } from '../lib/ids.ts'
import type { Database } from './database/database.ts'
import { markDeleted } from './deletion.ts'
import { readEvents } from './events.ts'
import {
  countStatuses,
  findByIdempotencyKey,
  insertJobs,
  jobsWaitingFor,
  lockJob,
  readJob,
  readUsage,
  relocateResults,
  unfinishedJobs,
  updateJob,
  type JobChange,
} from './jobs.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

async function change(id: string, columns: JobChange): Promise<void> {
  await underLock(db, id, (trx) => updateJob(trx, id, columns))
}

const since = '2026-01-01T00:00:00.000Z'

describe('an accepted job', () => {
  it('is queued, keeps its options, and has its first event', async () => {
    const row = newJobRow({
      agents: { reviewer: 'codex' },
      model: 'large',
      models: { tester: 'small' },
      mode: 'solo',
      checks: ['npm test'],
      setup: ['npm ci'],
      source: '/a/place',
      branch: 'trunk',
      budget: { tokens: 5 },
      parallelism: 3,
      priority: 'high',
      approvePlan: true,
      permissions: 'ask',
    })
    await db.tx((trx) => insertJobs(trx, [row]))
    expect(await readJob(db.reader, row.id)).toMatchObject({
      id: row.id,
      vision: 'v',
      title: 't',
      backend: 'offline',
      agents: { reviewer: 'codex' },
      model: 'large',
      models: { tester: 'small' },
      mode: 'solo',
      status: 'queued',
      phase: 'queued',
      progress: 0,
      wait: null,
      checks: ['npm test'],
      setup: ['npm ci'],
      source: '/a/place',
      branch: 'trunk',
      budget: { tokens: 5 },
      parallelism: 3,
      priority: 'high',
      epoch: 1,
      last_seq: 1,
      plan: null,
      approve_plan: true,
      permissions: 'ask',
      plan_version: 0,
      plan_approved: false,
      plan_notes: [],
      cancel_requested_at: null,
      created_at: row.createdAt,
      started_at: null,
      completed_at: null,
    })
    expect(await readEvents(db.reader, row.id, 0, 10)).toMatchObject([
      {
        seq: 1,
        type: 'job.created',
        actor: 'person',
        data: { title: 't', backend: 'offline', mode: 'solo' },
      },
    ])
  })

  it('is found by its idempotency key, which is unique', async () => {
    const key = newId()
    const id = await storeJob(db, { idempotencyKey: key, requestHash: 'hash' })
    expect(await findByIdempotencyKey(db.reader, key)).toEqual({ id, request_hash: 'hash' })
    await expect(storeJob(db, { idempotencyKey: key })).rejects.toThrow(/unique/i)
    expect(await findByIdempotencyKey(db.reader, newId())).toBeNull()
  })

  it('is stored together with all others of the batch, or none is', async () => {
    const [one, other] = [newJobRow(), newJobRow()]
    const twice = db.tx((trx) => insertJobs(trx, [one, other, { ...newJobRow(), id: one.id }]))
    await expect(twice).rejects.toThrow(/unique/i)
    expect(await readJob(db.reader, other.id)).toBeNull()
  })
})

describe('reading and locking', () => {
  it('return the same row, and null for a missing or deleted job', async () => {
    const id = await storeJob(db)
    const locked = await db.tx((trx) => lockJob(trx, id))
    expect(locked?.job).toEqual(await readJob(db.reader, id))
    await underLock(db, id, (trx) => markDeleted(trx, id))
    expect(await readJob(db.reader, id)).toBeNull()
    expect(await db.tx((trx) => lockJob(trx, id))).toBeNull()
    expect(await db.tx((trx) => lockJob(trx, newId()))).toBeNull()
  })
})

describe('a change', () => {
  it('writes only the named columns', async () => {
    const id = await storeJob(db, { budget: { usd: 1 } })
    const before = await readJob(db.reader, id)
    const at = new Date(since)
    const columns: JobChange = {
      status: 'running',
      phase: 'building',
      progress: 40,
      proof: 'partial',
      proof_reason: 'why',
      head_commit: 'c1',
      result_path: '/r',
      plan_version: 2,
      plan_approved: true,
      plan_notes: [{ at: since, note: 'again' }],
      budget: { tokens: 9, version: 1 },
      priority: 'low',
      error: 'it broke',
      epoch: 2,
      cancel_requested_at: at,
      started_at: at,
      completed_at: at,
    }
    await change(id, columns)
    expect(await readJob(db.reader, id)).toEqual({ ...before, ...columns })
    await change(id, {})
    expect(await readJob(db.reader, id)).toEqual({ ...before, ...columns })
  })

  it('removes what is null', async () => {
    const id = await storeJob(db, { budget: { usd: 1 } }, { error: 'it broke' })
    await change(id, {
      error: null,
      budget: null,
      cancel_requested_at: null,
      wait: null,
    })
    expect(await readJob(db.reader, id)).toMatchObject({
      error: null,
      budget: null,
      cancel_requested_at: null,
      wait: null,
    })
  })
})

describe('lists of jobs', () => {
  it('contain those that have not ended', async () => {
    const statuses = ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] as const
    const ids = await Promise.all(statuses.map((status) => storeJob(db, {}, { status })))
    const found = await unfinishedJobs(db.reader)
    expect(ids.map((id) => found.includes(id))).toEqual([true, true, true, false, false, false])
    expect(found).toEqual(found.toSorted())
  })

  it('contain those with a kind of wait', async () => {
    const wait = { on: 'it', since, until: null }
    const backend = await storeJob(db, {}, { status: 'waiting', wait: { for: 'backend', ...wait } })
    const budget = await storeJob(db, {}, { status: 'waiting', wait: { for: 'budget', ...wait } })
    expect(await jobsWaitingFor(db.reader, 'backend')).toEqual([backend])
    await change(backend, { status: 'running', wait: null })
    expect(await jobsWaitingFor(db.reader, 'backend')).toEqual([])
    expect(await jobsWaitingFor(db.reader, 'budget')).toEqual([budget])
  })

  it('count jobs and their tasks by status, without hidden ones', async () => {
    const before = await countStatuses(db.reader)
    const { jobId, agentId } = await storeAttempted(db)
    await storeTask(db, { jobId, agentId })
    await storeAttempted(db, { isHidden: true })
    const after = await countStatuses(db.reader)
    const more = (what: 'jobs' | 'tasks', status: string): number =>
      (after[what][status] ?? 0) - (before[what][status] ?? 0)
    expect([more('jobs', 'running'), more('tasks', 'running'), more('tasks', 'pending')]).toEqual([1, 1, 1])
  })
})

it('the usage of a job is the sum of its attempts, and has no cost if no price is known', async () => {
  const { jobId, agentId, taskId } = await storeAttempted(db)
  expect(await readUsage(db.reader, jobId)).toEqual({
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    cost_usd: null,
    unpriced_tokens: 0,
  })
  const tokens = { input_tokens: 3, output_tokens: 2 }
  await storeAttempt(db, { jobId, agentId, taskId }, {}, { ...tokens, unpriced_tokens: 5 })
  expect(await readUsage(db.reader, jobId)).toMatchObject({ ...tokens, cost_usd: null, unpriced_tokens: 5 })
  await storeAttempt(db, { jobId, agentId, taskId }, {}, { ...tokens, cost_usd: 0.5 })
  expect(await readUsage(db.reader, jobId)).toMatchObject({
    input_tokens: 6,
    output_tokens: 4,
    cost_usd: 0.5,
  })
})

it('results are in the current data directory, even if it was moved', async () => {
  const inside = await storeJob(db, {}, { result_path: '/old/place/jobs/a-job/result' })
  const other = await storeJob(db, {}, { result_path: '/somewhere/else' })
  const none = await storeJob(db)
  const places = async (): Promise<(string | null | undefined)[]> =>
    Promise.all([inside, other, none].map(async (id) => (await readJob(db.reader, id))?.result_path))
  for (const dir of ['/new', '/new']) await db.tx((trx) => relocateResults(trx, dir))
  expect(await places()).toEqual(['/new/jobs/a-job/result', '/somewhere/else', null])
})
