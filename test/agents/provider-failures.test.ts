import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  connectModels,
  failureAgents,
  lastingFailures,
  passingFailures,
  realAgents,
} from '../helpers/agents-under-test.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** What a provider does wrong, met by real coding agents: each makes something else of it, the job never does. */
let model: ScriptedModel
let server: TestServer

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer({
    env: { ...realAgents, SLIPWAY_MODEL_SILENCE_SECONDS: '2', SLIPWAY_MODEL_PATIENCE_SECONDS: '1' },
  })
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

/** How often a call fails: more often than the gateway and the agent try again by themselves. */
const TIMES: Readonly<Record<string, number>> = { 'claude-code': 6 }

async function start(backend: string, failing: object): Promise<string> {
  await connectModels(server, model)
  const id = `${backend}-${JSON.stringify(failing)}`
  const steps = [{ write: ['made.txt', 'made\n'] as [string, string], ...failing }, { text: 'It is made.' }]
  const { job_id } = await server.client.createJob({
    vision: `Make a file.\n\n${scriptText({ id, steps })}`,
    backend,
    mode: 'solo',
    checks: ['test -f made.txt'],
  })
  return job_id
}

const cases = failureAgents.flatMap((backend) => passingFailures.map((fail) => [backend, fail] as const))

it.each(cases)(
  '%s and a provider that fails with %s: the provider is named, the job completes',
  async (backend, fail) => {
    const id = await start(backend, { fail, times: TIMES[backend] ?? 4 })
    await until('the end of the job', 110_000, async () => (await server.client.getJob(id)).completed_at)
    const events = await server.client.events(id, 0)
    const told = events.map(({ actor, type, message }) => `${actor} ${type}: ${message}`).join('\n')
    expect(await server.client.getJob(id), told).toMatchObject({ status: 'completed', proof: 'proven' })
    const held = events.find((event) => event.type === 'attempt.held')?.data['held']
    expect(held, told).toMatchObject({ for: 'retry', on: expect.stringContaining('the provider "') })
    expect((await server.client.attempts(id)).filter(({ status }) => status === 'failed')).toEqual([])
  },
)

it.each(failureAgents.flatMap((backend) => lastingFailures.map((fail) => [backend, fail] as const)))(
  '%s and a provider that refuses with %i: the job waits for a person, and goes on when the key is set',
  async (backend, fail) => {
    const id = await start(backend, { fail, times: 1 })
    const wait = await until('the wait', 60_000, async () => {
      const job = await server.client.getJob(id)
      return job.wait?.for === 'backend' ? job.wait : null
    })
    expect(wait).toMatchObject({ on: expect.stringContaining(`it answered ${fail}`), until: null })
    await connectModels(server, model)
    await until('the end of the job', 110_000, async () => (await server.client.getJob(id)).completed_at)
    expect(await server.client.getJob(id)).toMatchObject({ status: 'completed', proof: 'proven' })
  },
)
