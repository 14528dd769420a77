import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { scriptedVision, SCRIPTED_TASKS } from '../helpers/scripted-team.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

/** Slipway's own team at work: the real server, gateway, agents, git; only the model follows a script. */
let model: ScriptedModel
let server: TestServer

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

afterEach(async () => {
  for (const { name } of await server.client.providers()) await server.client.removeProvider(name)
})

const providers = [
  ['anthropic', { wire: 'anthropic', path: '' }],
  ['chat', { wire: 'openai', path: '/v1' }],
  ['responses', { wire: 'openai', path: '/v1', responses: true }],
  ['gemini', { wire: 'gemini', path: '' }],
] as const

it('without a provider that names a model the team cannot be chosen, and explains what to do', async () => {
  await server.client.setProvider('mute', { wire: 'openai', base_url: `${model.url}/v1`, secret: null })
  const team = (await server.client.backends()).find(({ name }) => name === 'team')
  expect(team).toMatchObject({ available: false, default: false, reason: expect.stringContaining('--model') })
})

it('a key is tested when it is set: a refused one connects nothing, and the right one does', async () => {
  const teamNow = async () => (await server.client.backends()).find(({ name }) => name === 'team')
  const strict = http.createServer((request, response) => {
    const isRight = request.headers['x-api-key'] === 'sk-right'
    const body = { error: { message: `invalid x-api-key: ${String(request.headers['x-api-key'])}` } }
    response.writeHead(isRight ? 200 : 401).end(JSON.stringify(isRight ? { data: [] } : body))
  })
  strict.listen(0, '127.0.0.1')
  await once(strict, 'listening')
  const { port } = strict.address() as AddressInfo
  const input = { wire: 'anthropic', base_url: `http://127.0.0.1:${port}`, model: 'mock-model' } as const
  expect(await server.client.setProvider('strict', input)).toMatchObject({ usable: false, probe: null })
  await server.client.setSecret('strict', 'sk-ant-fake')
  const [refused] = await server.client.providers()
  const said = 'it answered 401 (invalid x-api-key: [key])'
  expect(refused).toMatchObject({ usable: true, probe: { result: 'refused', said } })
  expect(refused?.trouble).toMatchObject({ reason: `the provider "strict": ${said}`, until: null })
  expect(await teamNow()).toMatchObject({
    available: false,
    default: false,
    reason: expect.stringContaining('the provider "strict" refused the key'),
  })
  await expect(server.client.createJob({ vision: 'x', backend: 'team' })).rejects.toMatchObject({
    status: 400,
  })

  await server.client.setSecret('strict', 'sk-right')
  expect(await server.client.providers()).toMatchObject([{ probe: { result: 'answered' }, trouble: null }])
  expect(await teamNow()).toMatchObject({ available: true, provider: 'strict' })

  strict.close()
  strict.closeAllConnections()
  await once(strict, 'close')
  expect(await server.client.retryProvider('strict')).toMatchObject({
    probe: { result: 'unreachable', said: expect.stringMatching(/^it cannot be reached/) },
    trouble: null,
  })
})

it.each(providers)('a whole team job is proven on %s, and its ledger is exact', async (name, provider) => {
  const { path, ...input } = provider
  const key = `sk-${name}`
  await server.client.setSecret(name, key)
  await server.client.setProvider(name, { ...input, base_url: `${model.url}${path}`, model: 'mock-model' })
  const { job_id } = await server.client.createJob({ vision: scriptedVision(), backend: 'team' })
  await endOf(server, job_id)
  const job = await server.client.getJob(job_id)
  expect(job).toMatchObject({ status: 'completed', proof: 'proven' })
  const tasks = await server.client.tasks(job_id)
  expect(
    tasks.filter((task) => SCRIPTED_TASKS.some((known) => task.title === `Write ${known}`)),
  ).toHaveLength(2)
  const files = (await server.client.files(job_id)).files.map((file) => file.path)
  expect(files).toEqual(expect.arrayContaining(['src/add.js', 'src/times.js', 'docs/design.md']))
  const served = model.totals(key)
  expect(served.calls).toBeGreaterThan(15)
  expect(job.usage).toMatchObject({ input_tokens: served.input, output_tokens: served.output })
})

it('a model can be chosen for the job and for a role of it', async () => {
  await server.client.setSecret('anthropic', 'sk-roles')
  await server.client.setProvider('anthropic', { base_url: model.url, model: 'as-the-provider' })
  const before = model.served.length
  const { job_id } = await server.client.createJob({
    vision: scriptedVision(),
    backend: 'team',
    model: 'for-all',
    models: { architect: 'for-the-architect' },
  })
  await endOf(server, job_id)
  const job = await server.client.getJob(job_id)
  expect(job).toMatchObject({
    proof: 'proven',
    options: { model: 'for-all', models: { architect: 'for-the-architect' } },
  })
  const asked = model.served.slice(before).map((call) => call.model)
  expect(new Set(asked)).toEqual(new Set(['for-all', 'for-the-architect']))
})
