import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeAttempt, storeAttempted, storeJob, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { newId } from '../../lib/ids.ts'
import { readBudget, readSpent } from './budgets.ts'
import type { Database } from '../database/database.ts'
import { addToAttempt, insertModelCalls, sumModelCalls, type ModelCallRow } from './model-calls.ts'
import { noUsage, sumUsage } from './usage-sums.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const call = (more: Partial<ModelCallRow>): ModelCallRow => ({
  id: newId(),
  job_id: null,
  task_id: null,
  attempt_id: null,
  role: 'developer',
  backend: 'team',
  provider: 'openai',
  wire: 'openai',
  model: 'large',
  status: 200,
  outcome: 'ok',
  input_tokens: 10,
  cached_tokens: 4,
  cache_write_tokens: 0,
  output_tokens: 5,
  reasoning_tokens: 1,
  estimated: false,
  cost_usd: 0.25,
  first_byte_ms: 1,
  duration_ms: 2,
  at: new Date(),
  ...more,
})

it('the ledger sums up a job by role and model, highest usage first', async () => {
  const job_id = await storeJob(db)
  await db.tx(async (trx) => {
    await insertModelCalls(trx, [])
    await insertModelCalls(trx, [
      call({ job_id }),
      call({ job_id, cost_usd: null }),
      call({ job_id, role: 'reviewer', input_tokens: 100 }),
      call({ job_id, role: null, model: 'small', cost_usd: null }),
      call({}),
    ])
  })
  const usage = { input_tokens: 10, output_tokens: 5, cached_tokens: 4, cost_usd: 0.25, unpriced_tokens: 0 }
  const openai = { provider: 'openai', model: 'large' }
  expect(await sumModelCalls(db.reader, job_id)).toEqual([
    { ...openai, role: 'reviewer', calls: 1, usage: { ...usage, input_tokens: 100 } },
    {
      ...openai,
      role: 'developer',
      calls: 2,
      usage: { input_tokens: 20, output_tokens: 10, cached_tokens: 8, cost_usd: 0.25, unpriced_tokens: 15 },
    },
    {
      provider: 'openai',
      model: 'small',
      role: null,
      calls: 1,
      usage: { ...usage, cost_usd: null, unpriced_tokens: 15 },
    },
  ])
  expect(await sumModelCalls(db.reader, newId())).toEqual([])
})

it('a call is added to its attempt: its cost, or the tokens without a price', async () => {
  const { jobId, attemptId } = await storeAttempted(db)
  const add = (more: Partial<ModelCallRow>, attempt_id = attemptId) =>
    underLock(db, jobId, (trx) => addToAttempt(trx, { ...call(more), attempt_id }))
  expect(await add({ cost_usd: null })).toEqual({
    input_tokens: 10,
    output_tokens: 5,
    cached_tokens: 4,
    cost_usd: null,
    unpriced_tokens: 15,
  })
  await add({})
  expect(await add({ cost_usd: 0.5 })).toEqual({
    input_tokens: 30,
    output_tokens: 15,
    cached_tokens: 12,
    cost_usd: 0.75,
    unpriced_tokens: 15,
  })
  expect(await add({}, newId())).toBeNull()
})

describe('a budget', () => {
  it('is null if it was never set', async () => {
    const id = await storeJob(db)
    expect(await readBudget(db.reader, id)).toBeNull()
    expect(await readBudget(db.reader, newId())).toBeNull()
    expect(await readSpent(db.reader, id)).toEqual({ spent: null, budgetVersion: -1 })
  })

  it('is compared with the usage of all attempts of the job', async () => {
    const { jobId, agentId, taskId } = await storeAttempted(db, { budget: { tokens: 20 } })
    const used = { input_tokens: 6, output_tokens: 4, cost_usd: 0.5 }
    await storeAttempt(db, { jobId, agentId, taskId }, {}, used)
    expect(await readBudget(db.reader, jobId)).toEqual({
      limit: { tokens: 20, usd: null },
      used: { tokens: 10, usd: 0.5 },
      version: 0,
    })
    expect(await readSpent(db.reader, jobId)).toEqual({ spent: null, budgetVersion: 0 })
    await storeAttempt(db, { jobId, agentId, taskId }, {}, used)
    expect(await readSpent(db.reader, jobId)).toEqual({
      spent: 'the budget: 20 of 20 tokens are used',
      budgetVersion: 0,
    })
  })

  it('in money counts calls with a price', async () => {
    const { jobId, agentId, taskId } = await storeAttempted(db, {}, { budget: { usd: 1, version: 3 } })
    await storeAttempt(db, { jobId, agentId, taskId }, {}, { input_tokens: 1_000_000 })
    expect(await readBudget(db.reader, jobId)).toMatchObject({
      limit: { tokens: null, usd: 1 },
      used: { usd: 0 },
    })
    await storeAttempt(db, { jobId, agentId, taskId }, {}, { cost_usd: 1.5 })
    expect(await readSpent(db.reader, jobId)).toEqual({
      spent: 'the budget: $1.5000 of $1 are spent',
      budgetVersion: 3,
    })
  })
})

it('usage is zero without attempts, and has a cost as soon as one attempt has one', () => {
  const one = { input_tokens: 1, output_tokens: 2, cached_tokens: 3, cost_usd: null, unpriced_tokens: 4 }
  expect(sumUsage([])).toEqual(noUsage)
  expect(sumUsage([one, one])).toEqual({
    input_tokens: 2,
    output_tokens: 4,
    cached_tokens: 6,
    cost_usd: null,
    unpriced_tokens: 8,
  })
  expect(sumUsage([one, { ...one, cost_usd: 0.5 }, { ...one, cost_usd: 1 }]).cost_usd).toBe(1.5)
})
