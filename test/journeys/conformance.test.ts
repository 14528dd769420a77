import { execFile } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Conformance } from '../../src/contract/conformance.ts'
import { fixtureBackend } from '../helpers/fixture-backend.ts'
import { modelBackend } from '../helpers/model-backend.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startScriptedModel } from '../helpers/scripted-model.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** The conformance kit: tests the behaviour of a backend by its results. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_TEST_CASE_SECONDS: '15' } })
})
afterAll(() => server.stop())

const resultsOf = (found: Conformance): Record<string, string> =>
  Object.fromEntries(found.cases.map((one) => [one.case, one.result]))
const sentenceOf = (found: Conformance, name: string): string =>
  found.cases.find((one) => one.case === name)?.sentence ?? ''
const allPass = {
  start: 'pass',
  write: 'pass',
  command: 'pass',
  ask_allow: 'pass',
  ask_refuse: 'pass',
  cancel: 'pass',
  kill: 'pass',
  resume: 'pass',
  usage: 'pass',
  model: 'skip',
  inside: 'pass',
  contacts: 'pass',
  orphans: 'pass',
}

it('the offline demo passes every case except usage, as it has none; the result is stored and shown', async () => {
  expect((await server.client.backends()).find((each) => each.name === 'offline')?.conformance).toBeNull()
  const found = await server.client.testBackend('offline')
  expect(found.cases.filter((one) => one.result === 'fail')).toEqual([])
  expect(resultsOf(found)).toEqual({ ...allPass, usage: 'skip' })
  expect(sentenceOf(found, 'resume')).toBe(
    'It started a new session and got a summary of the last one, and knew.',
  )
  expect(found).toMatchObject({ walls: 'bubblewrap', version: expect.any(String), at: expect.any(String) })
  const shown = (await server.client.backends()).find((each) => each.name === 'offline')
  expect(shown?.conformance).toEqual(found)
  expect(fs.readdirSync(path.join(server.dataDir, 'trials'))).toEqual([])
})

it('an agent that asks and reports its usage passes those cases; resuming is tested in practice', async () => {
  const offer = { agentCapabilities: { sessionCapabilities: { resume: {} } } }
  await server.client.addBackend(
    fixtureBackend('good', { obey: true, asks: true, quiet: true, offer, mark: 'kit-of-the-good' }),
  )
  const found = await server.client.testBackend('good')
  // A new process of the fixture has no memory, but claims that it resumed.
  expect(resultsOf(found)).toEqual({ ...allPass, resume: 'fail' })
  expect(sentenceOf(found, 'resume')).toBe('It resumed its session, and did not know.')
  expect(sentenceOf(found, 'usage')).toBe('It reported 12 tokens.')
  expect(processesNaming('kit-of-the-good')).toEqual([])
})

it('an agent that lies, ignores refusals and forgets fails those cases, with what was found', async () => {
  await server.client.addBackend(fixtureBackend('liar', { obey: true, lies: true, quiet: true }))
  const liar = await server.client.testBackend('liar')
  expect(resultsOf(liar)).toMatchObject({
    start: 'pass',
    write: 'fail',
    command: 'fail',
    cancel: 'fail',
    kill: 'fail',
  })
  expect(sentenceOf(liar, 'write')).toBe('It ended its turn, and there is no file.')
  expect(sentenceOf(liar, 'inside')).toBe('It did not run the command that tries it.')
  await server.client.addBackend(
    fixtureBackend('deaf', { obey: true, asks: 'in vain', forgets: true, quiet: true }),
  )
  const deaf = await server.client.testBackend('deaf')
  expect(resultsOf(deaf)).toMatchObject({
    write: 'pass',
    ask_allow: 'pass',
    ask_refuse: 'fail',
    resume: 'fail',
  })
  expect(sentenceOf(deaf, 'ask_refuse')).toBe('It asked, was refused, and did it all the same.')
})

it('an agent that uses the gateway passes with the assigned model; another model is reported', async () => {
  const model = await startScriptedModel()
  try {
    await server.client.setProvider('scripted', {
      wire: 'openai',
      base_url: `${model.url}/v1`,
      model: 'mock-model',
      secret: null,
    })
    const faithful = modelBackend('faithful', 'chat')
    const fickle = { ...faithful, name: 'fickle', env: { ...faithful.env, MODEL_NAME: 'dear-model' } }
    for (const backend of [faithful, fickle]) await server.client.addBackend(backend)
    const found = await server.client.testBackend('faithful')
    expect(resultsOf(found)).toMatchObject({ start: 'pass', write: 'pass', usage: 'pass', model: 'pass' })
    expect(sentenceOf(found, 'usage')).toMatch(/^The gateway counted \d+ tokens\.$/)
    expect(sentenceOf(found, 'model')).toBe('It called mock-model alone.')
    const other = await server.client.testBackend('fickle')
    expect(resultsOf(other)).toMatchObject({ start: 'pass', usage: 'pass', model: 'fail' })
    expect(sentenceOf(other, 'model')).toBe('It was given mock-model, and called dear-model.')
  } finally {
    await model.close()
  }
})

it('an agent that contacts another address fails that case, with the address and the program', async () => {
  const listener = net.createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (typeof address !== 'object' || address === null) throw new Error('the listener has no port')
  await server.client.addBackend(
    fixtureBackend('talker', { obey: true, quiet: true, contacts: address.port }),
  )
  const found = await server.client.testBackend('talker')
  listener.close()
  expect(resultsOf(found)).toMatchObject({ start: 'pass', write: 'pass', contacts: 'fail' })
  expect(sentenceOf(found, 'contacts')).toBe(
    `It contacted 127.0.0.1:${address.port} (tcp, node fixture-agent.mjs).`,
  )
})

it('an agent that does not start fails that case with the reason, and the rest is skipped', async () => {
  await server.client.addBackend(fixtureBackend('mute', { start: 'exit' }))
  const found = await server.client.testBackend('mute')
  expect(resultsOf(found)).toMatchObject({ start: 'fail', write: 'skip', kill: 'skip' })
  expect(sentenceOf(found, 'start')).toContain("The agent's process ended: exit code 0.")
  await expect(server.client.testBackend('nobody')).rejects.toMatchObject({ status: 404 })
  await server.client.removeBackend('mute')
  await server.client.addBackend(fixtureBackend('mute', { obey: true }))
  expect((await server.client.backends()).find((each) => each.name === 'mute')?.conformance).toBeNull()
})

it('`slipway backends test` reports each case, and the list shows the result', async () => {
  const run = promisify(execFile)
  const slipway = (...args: string[]): Promise<{ stdout: string }> =>
    run(process.execPath, [slipwayProgram, 'backends', ...args, '--data-dir', server.dataDir])
  const { stdout } = await slipway('test', 'offline')
  expect(stdout).toMatch(/ask refuse +pass/)
  expect(stdout).toContain('11 passed.')
  expect((await slipway('list')).stdout).toMatch(/offline.*11 passed/)
})
