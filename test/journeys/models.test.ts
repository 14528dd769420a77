import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { modelBackend } from '../helpers/model-backend.ts'
import { startScriptedModel, type ScriptedModel } from '../helpers/scripted-model.ts'
import { scriptText } from '../helpers/scripted-model/script.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Agents that call models through the gateway: which key is used, and that it does not leak. */
let model: ScriptedModel
let server: TestServer

beforeAll(async () => {
  model = await startScriptedModel()
  server = await startTestServer()
  await server.client.addBackend(modelBackend('claude-like', 'anthropic'))
  await server.client.addBackend(modelBackend('chat-like', 'chat'))
})
afterAll(async () => {
  await server.stop()
  await model.close()
})

async function backend(name: string): Promise<unknown> {
  return (await server.client.backends()).find((one) => one.name === name)
}

it('a backend without a model explains what to do, is refused, and is never the default', async () => {
  expect(await backend('claude-like')).toMatchObject({
    available: false,
    default: false,
    auth: null,
    reason: expect.stringContaining('slipway providers set anthropic --key'),
  })
  expect(await backend('offline')).toMatchObject({ available: true, default: true, auth: 'none' })
  await expect(server.client.createJob({ vision: 'x', backend: 'claude-like' })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('has no access to a model'),
  })
})

it('keys are never returned', async () => {
  const before = Date.now()
  const set = await server.client.setSecret('anthropic', 'sk-the-real-key')
  expect(set).toEqual({ name: 'anthropic', set_at: expect.any(String) })
  expect(Date.parse(set.set_at)).toBeGreaterThanOrEqual(before)
  expect(await server.client.secrets()).toEqual([set])
  const key = `${server.dataDir}/secrets.key`
  expect(fs.statSync(key).mode & 0o777).toBe(0o600)
  await expect(server.client.setSecret('anthropic', 'two words')).rejects.toMatchObject({ status: 400 })
  await expect(server.client.removeSecret('nobody')).rejects.toMatchObject({ status: 404 })
})

it('a provider is known by its name, or has an address', async () => {
  expect(await server.client.setProvider('anthropic', { base_url: model.url, model: 'mock-model' })).toEqual({
    name: 'anthropic',
    wire: 'anthropic',
    base_url: model.url,
    secret: 'anthropic',
    header: null,
    headers: {},
    responses: false,
    model: 'mock-model',
    backends: [],
    usable: true,
    trouble: null,
    probe: { result: 'answered', said: null, at: expect.any(String) },
  })
  await expect(server.client.setProvider('mine', { wire: 'openai' })).rejects.toMatchObject({
    status: 400,
    code: 'incomplete_provider',
  })
  await expect(
    server.client.setProvider('mine', { wire: 'openai', base_url: 'http://me:pw@127.0.0.1/v1' }),
  ).rejects.toMatchObject({ status: 400 })
  await server.client.setProvider('local', {
    wire: 'openai',
    base_url: `${model.url}/v1`,
    secret: null,
    model: 'mock-model',
  })
  expect(await backend('claude-like')).toMatchObject({
    available: true,
    auth: 'gateway',
    provider: 'anthropic',
    model: 'mock-model',
  })
})

it.each([
  ['claude-like', 'sk-the-real-key'],
  ['chat-like', null],
])('%s works through the gateway, with the key of its provider', async (name, key) => {
  const script = scriptText({ id: name, steps: [{ write: ['made.txt', 'by a model\n'] }, { text: 'done' }] })
  const { job_id: id } = await server.client.createJob({
    vision: `a file\n${script}`,
    backend: name,
    mode: 'solo',
    checks: ['grep -q model made.txt'],
  })
  const job = await endOf(server, id)
  const errors = (await server.client.attempts(id)).map((attempt) => attempt.error)
  expect([errors.join(' '), job.status, job.proof]).toEqual(['', 'completed', 'proven'])
  const mine = model.served.filter((call) => call.script === name)
  expect(mine.map((call) => [call.key, call.model, call.outcome])).toEqual([
    [key, 'mock-model', 'ok'],
    [key, 'mock-model', 'ok'],
  ])
  await expectLedger(id, name)
})

/** The usage of the job equals the records of the provider, wherever it is shown. */
async function expectLedger(id: string, script: string): Promise<void> {
  const { client } = server
  const served = model.served.filter((call) => call.script === script).map((call) => call.usage)
  const sum = (part: 'input' | 'output'): number =>
    served.reduce((total, usage) => total + (usage?.[part] ?? 0), 0)
  const [input, output] = [sum('input'), sum('output')]
  expect(input * output).toBeGreaterThan(0)
  const used = {
    input_tokens: input,
    output_tokens: output,
    cached_tokens: 0,
    cost_usd: null,
    unpriced_tokens: input + output,
  }
  const budget = await client.budget(id)
  expect(budget).toMatchObject({
    used,
    models: [{ role: 'developer', model: 'mock-model', calls: 2, usage: used }],
  })
  const [job, tasks, agents, attempts, jobs] = await Promise.all([
    client.getJob(id),
    client.tasks(id),
    client.agents(id),
    client.attempts(id),
    client.listJobs({ q: script }),
  ])
  for (const one of [job, tasks[0], agents[0], attempts[0], jobs.jobs[0]]) expect(one?.usage).toEqual(used)
}

it('prices of the data directory apply at once, with a separate price for cached tokens', async () => {
  const prices = { 'mock-model': { input: 10, cached: 1, output: 100 } }
  fs.writeFileSync(path.join(server.dataDir, 'prices.json'), JSON.stringify(prices))
  const before = (await server.client.stats()).usage
  const usage = { input: 100_000, cached: 50_000, output: 1000 }
  const script = scriptText({ id: 'priced', usage, steps: [{ write: ['a.txt', 'a\n'] }] })
  const { job_id: id } = await server.client.createJob({
    vision: `a file\n${script}`,
    backend: 'chat-like',
    mode: 'solo',
    checks: ['test -f a.txt'],
  })
  const job = await endOf(server, id)
  expect(job.status).toBe('completed')
  // Two calls: half a dollar for new input, a twentieth for cached input, a tenth for output.
  expect(job.usage).toEqual({
    input_tokens: 200_000,
    output_tokens: 2000,
    cached_tokens: 100_000,
    cost_usd: expect.closeTo(1.3, 6),
    unpriced_tokens: 0,
  })
  const after = (await server.client.stats()).usage
  expect(after.cached_tokens - before.cached_tokens).toBe(100_000)
  expect(after.cost_usd).toBeCloseTo(1.3, 6)
  expect(after.unpriced_tokens).toBe(before.unpriced_tokens)
})

it('on the command line a key is read from stdin, and the lists show what is ready', async () => {
  const slipway = async (words: string[], input = ''): Promise<string> => {
    const run = promisify(execFile)(process.execPath, [
      slipwayProgram,
      ...words,
      '--data-dir',
      server.dataDir,
    ])
    run.child.stdin?.end(input)
    return (await run).stdout
  }
  const address = `${model.url}/v1`
  await slipway(['providers', 'set', 'mine', '--wire', 'openai', '--base-url', address, '--key'], 'sk-mine\n')
  expect(await slipway(['providers'])).toMatch(/^mine +connected +openai/m)
  expect(await slipway(['secrets'])).toMatch(/^mine +2/m)
  const { stdout } = await promisify(execFile)('grep', ['-rl', 'sk-mine', server.dataDir]).catch(
    (error: unknown) => error as { stdout: string },
  )
  expect(stdout).toBe('')
  await slipway(['providers', 'set', 'ollama'])
  expect(await slipway(['providers'])).toMatch(/^ollama +not reached/m)
  for (const name of ['mine', 'ollama']) await slipway(['providers', 'remove', name])
  await slipway(['secrets', 'remove', 'mine'])
})

it('a removed provider or secret is unavailable at once', async () => {
  await server.client.removeSecret('anthropic')
  expect(await backend('claude-like')).toMatchObject({ available: false })
  await server.client.removeProvider('local')
  expect(await backend('chat-like')).toMatchObject({ available: false })
  expect((await server.client.providers()).map((provider) => [provider.name, provider.usable])).toEqual([
    ['anthropic', false],
  ])
})
