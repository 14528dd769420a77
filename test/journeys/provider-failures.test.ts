import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobView } from '../../src/contract/job.ts'
import { modelBackend } from '../helpers/model-backend.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/**
 * The gateway detects failures of a provider, however the agent handles them, and no attempt counts as failed. The cases
 * run concurrently: each has its own provider, job and pauses.
 */
let model: ScriptedModel
let server: TestServer

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer({
    env: { SLIPWAY_WORKERS: '8', SLIPWAY_MODEL_SILENCE_SECONDS: '1', SLIPWAY_MODEL_PATIENCE_SECONDS: '1' },
  })
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

type How = 'throw' | 'end' | 'again'

/** A backend with a provider of its own, so that one test's outage is not the other's. */
async function connect(name: string, how: How): Promise<void> {
  await server.client.addBackend(modelBackend(name, 'chat', how))
  await server.client.setProvider(name, {
    wire: 'openai',
    base_url: `${model.url}/v1`,
    model: 'mock-model',
    backends: [name],
  })
  await server.client.setSecret(name, `sk-${name}`)
}

async function start(name: string, id: string, failing: object): Promise<string> {
  const steps = [{ write: ['made', 'made\n'] as [string, string], ...failing }, { text: 'done' }]
  const created = await server.client.createJob({
    vision: `a file\n${scriptText({ id, steps })}`,
    backend: name,
    mode: 'solo',
    checks: ['test -f made'],
  })
  return created.job_id
}

async function when(id: string, what: string, is: (job: JobView) => boolean): Promise<JobView> {
  return until(what, 60_000, async () => {
    const job = await server.client.getJob(id)
    return is(job) ? job : null
  })
}

const completed = (job: JobView): boolean => job.status === 'completed'

/** Every failure with the agent that hides it best, some with those that do not. */
const passing = [
  ...([429, 500, 529, 'hang', 'cut', 'malformed'] as const).map((fail) => ['end', fail] as const),
  ['throw', 500],
  ['throw', 'cut'],
  ['again', 529],
  ['again', 'malformed'],
] as const
const lasting = [
  ['end', 401],
  ['throw', 403],
  ['again', 401],
] as const

it.concurrent.each(passing)(
  'an agent that answers failures with "%s", %s: the provider is named, and the job completes',
  async (how, fail) => {
    const name = `${how}-${fail}`
    await connect(name, how)
    // Who asks again by itself gets over less than three in a row.
    const times = typeof fail === 'number' || how === 'again' ? 4 : 2
    const id = await start(name, name, { fail, times })
    await when(id, 'the end of the job', completed)
    const events = await server.client.events(id, 0)
    // The pause may be over before the job has to wait for it: what counts is what broke the attempt off.
    const held = events.find((event) => event.type === 'attempt.held')?.data['held']
    expect(held).toEqual({
      for: 'retry',
      provider: name,
      on: expect.stringContaining(`the provider "${name}": `),
      until: expect.stringMatching(/Z$/),
    })
    const attempts = await server.client.attempts(id)
    expect(attempts.map((attempt) => attempt.status).filter((status) => status === 'failed')).toEqual([])
    expect(events.map((event) => event.type)).not.toContain('job.rescued')
  },
)

it.concurrent.each(lasting)(
  'an agent that answers failures with "%s", %i: the job waits for a person, and continues when the key is set',
  async (how, fail) => {
    const name = `${how}-${fail}`
    await connect(name, how)
    const id = await start(name, name, { fail, times: 1 })
    const waiting = await when(id, 'the wait', (job) => job.wait?.for === 'backend')
    expect(waiting.wait).toEqual({
      for: 'backend',
      on: `the provider "${name}": it answered ${fail} (The script says ${fail}.)`,
      since: expect.any(String),
      until: null,
    })
    const provider = (await server.client.providers()).find((one) => one.name === name)
    expect(provider?.trouble).toMatchObject({ reason: waiting.wait?.on, until: null })
    // Later calls do not reach the failing provider.
    const later = await start(name, `${name}-later`, {})
    await when(later, 'the wait of the other', (job) => job.wait?.for === 'backend')
    expect(model.served.filter((call) => call.script === `${name}-later`)).toEqual([])
    await server.client.setSecret(name, 'sk-better')
    await when(id, 'the end of the job', completed)
    await when(later, 'the end of the other', completed)
    expect(model.served.findLast((call) => call.script === name)?.key).toBe('sk-better')
  },
)

it('a short failure is hidden from the agent and the job', async () => {
  await connect('short', 'throw')
  const id = await start('short', 'short', { fail: 529, times: 2 })
  await when(id, 'the end of the job', completed)
  expect(await server.client.attempts(id)).toHaveLength(1)
  const types = (await server.client.events(id, 0)).map((event) => event.type)
  expect(types).not.toContain('job.waiting')
  expect(model.served.filter((call) => call.script === 'short').map((call) => call.status)).toEqual([
    529, 529, 200, 200,
  ])
})

it('the pause that the provider asks for is respected, and an error of the request is explained', async () => {
  await connect('asked', 'throw')
  const id = await start('asked', 'asked', { fail: 429, times: 1, retry_after: 3 })
  const began = Date.now()
  const waiting = await when(id, 'the wait', (job) => job.wait?.for === 'retry')
  expect(Date.parse(waiting.wait?.until ?? '')).toBeGreaterThan(began + 2000)
  await when(id, 'the end of the job', completed)
  const bad = await start('asked', 'bad', { fail: 400 })
  const failed = await until('the failure', 60_000, async () => {
    const job = await server.client.getJob(bad)
    return job.status === 'failed' ? job : null
  })
  const attempts = await server.client.attempts(failed.id)
  expect(attempts.map((attempt) => attempt.status)).toEqual(['failed', 'failed', 'failed', 'failed'])
  expect(attempts[0]?.error).toContain('The script says 400')
})

it('many jobs share one pause: a failing provider gets only a few requests', async () => {
  await connect('many', 'again')
  await server.client.setProvider('many', { base_url: 'http://127.0.0.1:9/v1' })
  const ids = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => start('many', `many-${number}`, {})))
  for (const id of ids) await when(id, 'the wait', (job) => job.wait?.for === 'retry')
  const sums = await Promise.all(ids.map((id) => server.client.budget(id)))
  const calls = sums.flatMap((sum) => sum.models.map((one) => one.calls)).reduce((a, b) => a + b, 0)
  expect(calls).toBeLessThan(ids.length * 3)
  await server.client.setProvider('many', { base_url: `${model.url}/v1` })
  for (const id of ids) await when(id, 'the end of the job', completed)
})
