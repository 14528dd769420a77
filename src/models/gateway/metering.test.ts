import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../../../test/helpers/until.ts'
import { startScriptedModel, type ScriptedModel } from '../../../test/helpers/scripted-model.ts'
import { scriptText } from '../../../test/helpers/scripted-model/script.ts'
import type { Wire } from '../../contract/provider.ts'
import { openLog } from '../../lib/log.ts'
import type { CallRecord } from './call-record.ts'
import { openGateway, type Gateway } from './gateway.ts'
import type { Grant } from './grants.ts'
import { openPrices } from '../prices.ts'

/** Compares the counts of the gateway with the records of the provider. */
let model: ScriptedModel
let gateway: Gateway
let token: string
let dir: string
const records: CallRecord[] = []

beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-prices-'))
  fs.writeFileSync(
    path.join(dir, 'prices.json'),
    JSON.stringify({ 'mock-model': { input: 1, cached: 0.1, cache_write: 2, output: 10 } }),
  )
  model = await startScriptedModel()
  const log = openLog('silent')
  gateway = await openGateway({
    log,
    port: 0,
    target: (wire: Wire) =>
      Promise.resolve({
        // One that fails is left alone for a while: each call has its own.
        name: `scripted-${records.length}`,
        wire,
        baseUrl: wire === 'openai' ? `${model.url}/v1` : model.url,
        header: null,
        headers: {},
        key: 'sk-real',
        blocked: null,
      }),
    budget: () => Promise.resolve(null),
    reportTrouble: () => Promise.resolve(),
    prices: openPrices(dir, log),
    record: (record) => {
      records.push(record)
      return Promise.resolve()
    },
    limits: {
      modelRequestBytes: 1_000_000,
      modelHeldBytes: 1_000_000,
      modelRoomMs: 1000,
      modelSilenceMs: 500,
      modelPatienceMs: 0,
      modelRestMs: 1000,
      modelBackoffMs: 1,
    },
  })
  token = openGrant().token
})
afterAll(async () => {
  await gateway.close()
  await model.close()
  fs.rmSync(dir, { recursive: true })
})

const openGrant = (): Grant =>
  gateway.open({ backend: 'x', jobId: null, taskId: null, attemptId: null, role: null })

const usage = { input: 1000, output: 70, cached: 400, cache_write: 0 }
const prompt = (step: object): string => scriptText({ bare: true, usage, steps: [step] })

/** How each wire is asked, streamed or whole. */
const wires = {
  messages: (text: string, stream: boolean) => ({
    path: '/anthropic/v1/messages',
    body: { model: 'mock-model', max_tokens: 9, stream, messages: [{ role: 'user', content: text }] },
  }),
  chat: (text: string, stream: boolean) => ({
    path: '/openai/v1/chat/completions',
    body: { model: 'mock-model', stream, messages: [{ role: 'user', content: text }] },
  }),
  responses: (text: string, stream: boolean) => ({
    path: '/openai/v1/responses',
    body: { model: 'mock-model', stream, input: text },
  }),
  generate: (text: string, stream: boolean) => ({
    path: `/gemini/v1beta/models/mock-model:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text }] }] },
  }),
}
const kinds = Object.keys(wires) as (keyof typeof wires)[]
const calls = kinds.flatMap((kind) => [true, false].map((stream) => [kind, stream] as const))

/** Asks, and waits for the line in the ledger. */
async function ask(kind: keyof typeof wires, stream: boolean, step: object): Promise<[number, string]> {
  const before = records.length
  const { path: where, body } = wires[kind](prompt(step), stream)
  const response = await fetch(`${gateway.url}${where}`, {
    method: 'POST',
    headers: { 'x-api-key': token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text().catch((error: unknown) => String(error))
  await eventually(() => expect(records.length).toBe(before + 1))
  return [response.status, text]
}

it.each(calls)('counts the exact usage of a %s call, streamed %s, and its cost', async (kind, stream) => {
  const [status, text] = await ask(kind, stream, { text: 'a “quoted” "message_stop" text' })
  expect([status, text]).toEqual([200, expect.stringContaining('quoted')])
  const record = records.at(-1)
  expect(record?.usage).toEqual({ ...model.served.at(-1)?.usage, reasoning: 0 })
  expect(record).toMatchObject({
    outcome: 'ok',
    model: 'mock-model',
    provider: `scripted-${records.length - 1}`,
    estimated: false,
  })
  expect(record?.cost).toBeCloseTo((600 * 1 + 400 * 0.1 + 70 * 10) / 1_000_000, 10)
})

it.each(calls)('detects the failure of a %s call, streamed %s', async (kind, stream) => {
  const outcome = async (fail: string): Promise<[string | undefined, number | undefined]> => {
    await ask(kind, stream, { text: 'words', fail })
    return [records.at(-1)?.outcome, records.at(-1)?.usage.output]
  }
  expect((await outcome('cut'))[0]).toBe('cut')
  expect((await outcome('malformed'))[0]).toBe('malformed')
  expect(await outcome('hang')).toEqual(['silent', 0])
})

interface Asked {
  readonly path: string
  readonly body: object
}

/** Sends a call with a grant; resolves when the model has begun to serve it. */
async function begin({ path: where, body }: Asked, grant = openGrant(), signal?: AbortSignal) {
  const asked = model.served.length
  const answer = fetch(`${gateway.url}${where}`, {
    method: 'POST',
    headers: { 'x-api-key': grant.token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })
  await eventually(() => expect(model.served.length).toBe(asked + 1))
  return { grant, answer }
}

/** Sends a call and disconnects when the model has begun to serve it; returns its grant, which is still open. */
async function leave(asked: Asked) {
  const leaving = new AbortController()
  const { grant, answer } = await begin(asked, openGrant(), leaving.signal)
  leaving.abort()
  await expect(answer).rejects.toThrow('abort')
  // The end of its connection was there before this request: when that is answered, the gateway has seen it leave.
  await (await fetch(`${gateway.url}/nothing`)).text()
  return grant
}

it.each(calls)(
  'counts a %s call whose attempt ends meanwhile, streamed %s, because it was served',
  async (kind, stream) => {
    const grant = await leave(wires[kind](prompt({ text: 'words', until: 'left' }), stream))
    const closing = grant.close()
    model.release('left')
    await closing
    expect(records.at(-1)).toMatchObject({ outcome: 'gone', estimated: false })
    expect(records.at(-1)?.usage).toEqual({ ...model.served.at(-1)?.usage, reasoning: 0 })
  },
)

it.each(['cut', 'malformed'] as const)(
  'an agent that stops reading an answer that is %s is not at fault',
  async (fail) => {
    const grant = await leave(wires.messages(prompt({ text: 'words', fail, until: 'left' }), true))
    model.release('left')
    await eventually(() => expect(records.at(-1)).toMatchObject({ outcome: fail }))
    await eventually(() => expect(grant.wait()).toMatchObject({ for: 'retry' }))
    await grant.close()
  },
)

it.each([
  ['breaks', { fail: 'malformed' }, { outcome: 'malformed', estimated: false }],
  ['is whole', {}, { outcome: 'ok', estimated: false }],
])(
  'an answer that %s while its attempt ends is passed on, and does not clear an earlier failure',
  async (_, step, told) => {
    const { grant, answer: broken } = await begin(wires.messages(prompt({ fail: 'malformed' }), true))
    await broken.then((response) => response.text()).catch(String)
    await eventually(() => expect(grant.wait()).toMatchObject({ for: 'retry' }))
    const before = records.length
    const { answer } = await begin(
      wires.messages(prompt({ text: 'words', until: 'ending', ...step }), true),
      grant,
    )
    const closing = grant.close()
    model.release('ending')
    await Promise.all([answer.then((response) => response.text()).catch(String), closing])
    expect(records.slice(before)).toMatchObject([told])
    expect(grant.wait()).toMatchObject({ for: 'retry' })
  },
)

it('a failure is cleared only by a later call of the same model', async () => {
  const slow = wires.messages(prompt({ text: 'words', until: 'other failed' }), true)
  const { grant, answer } = await begin(slow)
  const before = records.length
  const failed = await begin(wires.messages(prompt({ text: 'words', fail: 'malformed' }), true), grant)
  await failed.answer.then((response) => response.text()).catch(String)
  await eventually(() => expect(grant.wait()).toMatchObject({ for: 'retry' }))
  model.release('other failed')
  expect(await (await answer).text()).toContain('message_stop')
  await eventually(() =>
    expect(records.slice(before).map(({ outcome }) => outcome)).toEqual(['malformed', 'ok']),
  )
  expect(grant.wait()).toMatchObject({ for: 'retry' })
  const asked = wires.messages(prompt({ text: 'words' }), true)
  const small = await begin({ ...asked, body: { ...asked.body, model: 'small-model' } }, grant)
  expect(await (await small.answer).text()).toContain('message_stop')
  await eventually(() => expect(records.at(-1)).toMatchObject({ model: 'small-model', outcome: 'ok' }))
  expect(grant.wait()).toMatchObject({ for: 'retry' })
  const again = await begin(asked, grant)
  expect(await (await again.answer).text()).toContain('message_stop')
  await eventually(() => expect(grant.wait()).toBeNull())
  await grant.close()
})

it.each([
  [429, 'status'],
  [529, 'status'],
  [401, 'status'],
  [400, 'refused'],
])('passes a %i on as the provider sent it', async (fail, outcome) => {
  const [status, text] = await ask('messages', false, { fail })
  expect([status, text]).toEqual([fail, expect.stringContaining(`The script says ${fail}`)])
  expect(records.at(-1)).toMatchObject({ outcome, status: fail, cost: 0 })
})

it('a model without a price is unpriced, not free; new prices apply at once; dates and vendors are ignored', async () => {
  const prices = openPrices(dir, openLog('silent'))
  expect(prices.find('x', 'nobody-knows-me')).toBeNull()
  expect(prices.find('openai', 'gpt-5-2025-08-07')).toEqual(prices.find('openai', 'gpt-5'))
  expect(prices.find('openai', 'gpt-5-turbo')).toBeNull()
  expect(prices.find('openrouter', 'openai/gpt-5')).toEqual(prices.find('openai', 'gpt-5'))
  expect(prices.find('ollama', 'qwen3')).toEqual({ input: 0, output: 0 })
  const file = path.join(dir, 'prices.json')
  fs.writeFileSync(file, JSON.stringify({ 'gpt-5': { input: 7, output: 8 } }))
  fs.utimesSync(file, 1, 1)
  expect(prices.find('openai', 'gpt-5')).toEqual({ input: 7, output: 8 })
  fs.writeFileSync(file, '{"gpt-5": {"input": "much"}}')
  fs.utimesSync(file, 2, 2)
  expect(prices.find('openai', 'gpt-5')).toEqual({ input: 7, output: 8 })
})
