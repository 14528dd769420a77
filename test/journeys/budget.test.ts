import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobView } from '../../src/contract/job.ts'
import { modelBackend } from '../helpers/model-backend.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** A job stops at its budget, keeps its work, and continues when a person raises it. */
let model: ScriptedModel
let server: TestServer
const PER_CALL = 1000

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer()
  for (const how of ['throw', 'end', 'again'] as const)
    await server.client.addBackend(modelBackend(`agent-${how}`, 'chat', how))
  const provider = { wire: 'openai', base_url: `${model.url}/v1`, secret: null, model: 'mock-model' } as const
  await server.client.setProvider('scripted', provider)
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

async function when(id: string, what: string, is: (job: JobView) => boolean): Promise<JobView> {
  return until(what, 60_000, async () => {
    const job = await server.client.getJob(id)
    return is(job) ? job : null
  })
}

function vision(id: string): string {
  const usage = { input: PER_CALL - 100, output: 100 }
  const write = (name: string): { write: [string, string] } => ({ write: [name, `${name}\n`] })
  return `three files\n${scriptText({ id, usage, steps: [write('a'), write('b'), write('c'), { text: 'done' }] })}`
}

const inBudgetWait = (job: JobView): boolean => job.status === 'waiting' && job.wait?.for === 'budget'

it.each(['throw', 'end', 'again'] as const)(
  'an agent that answers a refusal with "%s" is stopped at most one call past the limit, and completes when the budget is raised',
  async (how) => {
    const name = `agent-${how}`
    const budget = { tokens: 2 * PER_CALL + 500 }
    const { job_id: id } = await server.client.createJob({
      vision: vision(name),
      backend: name,
      mode: 'solo',
      checks: ['test -f a', 'test -f c'],
      budget,
    })
    const stopped = await when(id, 'the wait for the budget', inBudgetWait)
    expect(stopped.wait).toEqual({
      for: 'budget',
      on: 'the budget: 3,000 of 2,500 tokens are used',
      since: expect.any(String),
      until: null,
    })
    expect(stopped.usage.input_tokens + stopped.usage.output_tokens).toBe(3 * PER_CALL)
    const [attempt] = await server.client.attempts(id)
    expect(attempt).toMatchObject({ status: 'lost', error: expect.stringContaining('the budget') })
    const kept = await server.client.files(id, `refs/slipway/attempts/${attempt?.id}`)
    expect(kept.files.map((file) => file.path)).toEqual(expect.arrayContaining(['a', 'b', 'c']))

    await expect(server.client.setBudget(id, { tokens: 3000 })).rejects.toMatchObject({
      status: 409,
      code: 'budget_too_small',
    })
    await server.client.setBudget(id, { tokens: 20 * PER_CALL })
    const job = await when(id, 'the end of the job', (found) =>
      ['completed', 'failed'].includes(found.status),
    )
    expect([job.status, job.proof, job.error]).toEqual(['completed', 'proven', null])
    const served = model.served.filter((call) => call.script === name)
    expect(job.usage.input_tokens + job.usage.output_tokens).toBe(served.length * PER_CALL)
    const { limit, used } = await server.client.budget(id)
    expect([limit, used]).toEqual([{ tokens: 20 * PER_CALL, usd: null }, job.usage])
    const types = (await server.client.events(id, 0)).map((event) => event.type)
    expect(types).not.toContain('job.rescued')
    expect(types).not.toContain('attempt.failed')
    await expect(server.client.setBudget(id, { tokens: null })).rejects.toMatchObject({ status: 409 })
  },
)

it('a budget in dollars requires prices, and can be raised on the command line', async () => {
  const { job_id: id } = await server.client.createJob({
    vision: vision('dollars'),
    backend: 'agent-throw',
    mode: 'solo',
    checks: ['test -f c'],
    budget: { usd: 0.5 },
  })
  const stopped = await when(id, 'the wait for a price', inBudgetWait)
  expect(stopped.wait?.on).toContain('the unknown price of "mock-model"')
  expect(model.served.filter((call) => call.script === 'dollars')).toEqual([])
  const slipway = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [slipwayProgram, ...words, '--data-dir', server.dataDir]))
      .stdout
  expect(await slipway('budget', id, '--tokens', '50000', '--no-usd')).toContain('50,000 tokens')
  await when(id, 'the end of the job', (job) => job.status === 'completed')
  expect(await slipway('budget', id)).toMatch(/developer +mock-model +scripted +4/)
})
