import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { modelBackend } from '../../../test/helpers/model-backend.ts'
import { playAttempt, prepareAttempt } from '../../../test/helpers/real-attempt.ts'
import { startScriptedModel, type ScriptedModel } from '../../../test/helpers/scripted-model.ts'
import { scriptText } from '../../../test/helpers/scripted-model/script.ts'
import { storeAttempted, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { plainProfile, type Profile } from '../../agents/profile.ts'
import type { Provider } from '../../contract/provider.ts'
import { newId } from '../../lib/ids.ts'
import type { CallRecord } from '../../models/gateway/call-record.ts'
import { listAttempts } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { sumModelCalls } from '../../store/models/model-calls.ts'
import { writeTrouble } from '../../store/models/providers.ts'
import { runAttempt } from '../attempt/run-attempt.ts'
import { addBackend } from '../backends/custom-backends.ts'
import type { Engine } from '../engine.ts'
import { openLedger } from './model-ledger.ts'
import { modelRouteFor, modelRouteNow } from './model-route.ts'
import type { KnownProvider } from './models.ts'
import { removeProvider, setProvider } from './providers.ts'

let opened: TestEngine
let engine: Engine
let model: ScriptedModel

beforeAll(async () => {
  model = await startScriptedModel()
  opened = await openTestEngine()
  ;({ engine } = opened)
  await addBackend(engine, modelBackend('chat-like', 'chat'))
  await setProvider(engine, 'mine', {
    wire: 'openai',
    base_url: `${model.url}/v1`,
    secret: null,
    model: 'mock-model',
  })
})
afterAll(async () => {
  await opened.close()
  await model.close()
})

const profile = (more: Partial<Profile> = {}): Profile => ({
  ...plainProfile,
  id: 'x',
  displayName: 'X',
  kind: 'acp',
  homepage: '',
  hint: '',
  tested: true,
  command: ['x'],
  env: {},
  ...more,
})
const gateway = (wire: 'openai' | 'any') => ({ wire, env: {}, files: {}, model: null })
const provider = (more: Partial<Provider> = {}): Provider => ({
  name: 'p',
  wire: 'openai',
  base_url: 'http://localhost',
  secret: 'p',
  header: null,
  headers: {},
  responses: false,
  model: null,
  backends: [],
  ...more,
})

describe('the access of a backend to models', () => {
  const home = makeDir('slipway-home-')
  const route = (of: Partial<Profile>, usable: readonly Provider[] = []) =>
    modelRouteFor(profile(of), usable, home)

  it('is through the gateway if there is a provider of its wire', () => {
    const speaks = { gateway: gateway('openai') }
    expect(route(speaks, [provider({ model: 'm' })])).toEqual({
      auth: 'gateway',
      provider: 'p',
      speech: 'openai',
      model: 'm',
    })
    expect(route(speaks, [provider({ responses: true })])).toMatchObject({
      speech: 'openai-responses',
      model: null,
    })
    expect(route({ gateway: { ...gateway('openai'), model: 'usual' } }, [provider()])).toMatchObject({
      model: 'usual',
    })
    expect(route(speaks, [provider({ backends: ['other'] })])).toMatchObject({ auth: null })
    expect(route({ gateway: gateway('any') }, [provider({ wire: 'anthropic', model: 'm' })])).toMatchObject({
      speech: 'anthropic',
    })
  })

  it('is its own login if it has one', () => {
    fs.writeFileSync(path.join(home, 'login.json'), '{}')
    expect(route({ gateway: gateway('openai'), login: ['login.json'] })).toEqual({
      auth: 'own',
      isCertain: true,
    })
    expect(route({ login: ['none.json'] })).toEqual({ auth: 'own', isCertain: false })
    expect(route({})).toEqual({ auth: 'none' })
  })

  it('is missing, with an explanation, when nothing is connected', () => {
    expect(route({ gateway: gateway('any') })).toMatchObject({
      auth: null,
      reason: expect.stringContaining('connect a provider with a model'),
    })
    expect(route({ gateway: gateway('openai') })).toMatchObject({
      reason: expect.not.stringContaining('log in'),
    })
    expect(route({ gateway: gateway('openai'), login: ['none.json'] })).toMatchObject({
      reason: expect.stringContaining('or log in with it'),
    })
  })

  it('is missing for a new job while the key of its provider is refused', () => {
    const known = (more: Partial<KnownProvider> = {}): KnownProvider => ({
      ...provider(),
      key: 'k',
      usable: true,
      trouble: null,
      probe: { result: 'refused', said: 'wrong key', at: '' },
      ...more,
    })
    const now = (providers: readonly KnownProvider[]) =>
      modelRouteNow(profile({ gateway: gateway('openai') }), providers, home)
    expect(now([known()])).toEqual({
      auth: null,
      reason:
        'It has no access to a model: the provider "p" refused the key (wrong key). Set another, as in `slipway secrets set p`.',
    })
    const unsaid = { secret: null, probe: { result: 'refused', said: null, at: '' } } as const
    expect(now([known(unsaid)])).toMatchObject({ reason: expect.stringContaining('no reason given') })
    expect(now([known({ usable: false })])).toMatchObject({ reason: expect.stringContaining('set the key') })
    expect(now([known({ probe: null })])).toMatchObject({ auth: 'gateway' })
  })
})

describe('an agent that calls a model', () => {
  const script = (steps: Parameters<typeof scriptText>[0]['steps']): string => scriptText({ steps })

  it('is counted exactly in the ledger, with its attempt, and in an event', async () => {
    const vision = `Make a file. ${script([{ write: ['a.txt', 'a'] }, { text: 'Done.' }])}`
    const prepared = await prepareAttempt(engine, 'chat-like', {
      job: { vision },
      task: { description: vision },
    })
    const before = model.served.length
    const report = await runAttempt(engine, prepared.claim)
    expect(report.attempt).toMatchObject({ status: 'succeeded', changed: true })
    const served = model.served.slice(before).flatMap(({ usage }) => usage ?? [])
    const input_tokens = served.reduce((sum, { input }) => sum + input, 0)
    const [attempt] = await listAttempts(engine.db.reader, prepared.jobId)
    expect(served.length).toBeGreaterThan(1)
    expect(attempt?.usage).toMatchObject({ input_tokens, cost_usd: null })
    expect(await sumModelCalls(engine.db.reader, prepared.jobId)).toMatchObject([
      {
        role: 'developer',
        provider: 'mine',
        model: 'mock-model',
        calls: served.length,
        usage: { input_tokens },
      },
    ])
    const events = await readEvents(engine.db.reader, prepared.jobId, 1, 100)
    expect(events.filter(({ type }) => type === 'session.usage')).toHaveLength(served.length)
  })

  it('without success is interrupted, and its attempt does not count', async () => {
    await setProvider(engine, 'mine', { base_url: 'http://127.0.0.1:1' })
    const prepared = await prepareAttempt(engine, 'chat-like')
    const report = await runAttempt(engine, prepared.claim)
    expect(report.attempt).toMatchObject({
      status: 'lost',
      outcome: {
        held: { for: 'retry', provider: 'mine', on: expect.stringContaining('the provider "mine"') },
      },
    })
    await setProvider(engine, 'mine', { base_url: `${model.url}/v1` })
  })

  it('whose provider waits for a person is not even started', async () => {
    await engine.db.tx((trx) => writeTrouble(trx, 'mine', { reason: 'the bill', since: '', until: null }))
    engine.models.changed()
    const prepared = await prepareAttempt(engine, 'chat-like')
    const report = await runAttempt(engine, prepared.claim)
    expect(report.attempt).toMatchObject({
      status: 'lost',
      outcome: { held: { for: 'backend', provider: 'mine', on: 'the bill' } },
    })
    await engine.db.tx((trx) => writeTrouble(trx, 'mine', null))
    engine.models.changed()
  })

  it('without a provider fails with an explanation', async () => {
    await removeProvider(engine, 'mine')
    const prepared = await prepareAttempt(engine, 'chat-like')
    const report = await runAttempt(engine, prepared.claim)
    expect(report.attempt).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('The backend "chat-like" cannot be used: It has no access to a model'),
    })
  })

  it('may take care of its own models', async () => {
    const { report } = await playAttempt(engine, { turn: [{ write: ['a', 'x'] }] })
    expect(report.attempt).toMatchObject({ status: 'succeeded' })
  })
})

describe('the ledger', () => {
  const record = (caller: Partial<CallRecord['caller']>): CallRecord => ({
    caller: { backend: 'x', jobId: null, taskId: null, attemptId: null, role: null, ...caller },
    provider: 'p',
    wire: 'openai',
    model: 'm',
    status: 200,
    outcome: 'ok',
    usage: { input: 3, cached: 1, cacheWrite: 0, output: 2, reasoning: 0 },
    estimated: false,
    cost: 0.5,
    firstByteMs: 1,
    durationMs: 2,
    at: new Date(),
  })

  it('records calls of jobs and of tests, many at once, and ignores those of deleted jobs', async () => {
    const write = openLedger(engine.db)
    const { jobId, taskId, attemptId } = await storeAttempted(engine.db)
    const other = await storeJob(engine.db)
    await Promise.all([
      write(record({ jobId, taskId, attemptId, role: 'developer' })),
      write(record({ jobId, taskId, attemptId, role: 'developer' })),
      write(record({ jobId: other })),
      write(record({ jobId: other, attemptId: newId() })),
      write(record({ jobId: newId() })),
      write(record({})),
    ])
    const [attempt] = await listAttempts(engine.db.reader, jobId)
    expect(attempt?.usage).toEqual({
      input_tokens: 6,
      output_tokens: 4,
      cached_tokens: 2,
      cost_usd: 1,
      unpriced_tokens: 0,
    })
    expect((await readEvents(engine.db.reader, jobId, 1, 10)).at(-1)).toMatchObject({
      type: 'session.usage',
      message: '10 tokens',
      data: { call: { role: 'developer', provider: 'p', model: 'm', outcome: 'ok' } },
    })
    expect(await sumModelCalls(engine.db.reader, other)).toMatchObject([{ calls: 2 }])
    expect(await readEvents(engine.db.reader, other, 1, 10)).toEqual([])
  })
})
