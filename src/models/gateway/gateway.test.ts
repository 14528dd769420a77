import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually, letPass } from '../../../test/helpers/until.ts'
import type { Wire } from '../../contract/provider.ts'
import { openLog } from '../../lib/log.ts'
import type { CallRecord } from './call-record.ts'
import { openGateway, type Gateway } from './gateway.ts'
import type { Target } from './gateway-context.ts'

/** The gateway between a caller and a test provider, which returns what it received. */
const caller = { backend: 'x', jobId: null, taskId: null, attemptId: null, role: null }
const MB = 1_000_000

let provider: http.Server
let answer: (request: IncomingMessage, response: ServerResponse) => void
let target: Target | null
let gateway: Gateway
let records: CallRecord[]
let trouble: (on: string) => void

beforeEach(async () => {
  records = []
  trouble = () => undefined
  provider = http.createServer((request, response) => answer(request, response))
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const { port } = provider.address() as AddressInfo
  target = {
    name: 'test',
    wire: 'openai',
    baseUrl: `http://127.0.0.1:${port}/base/v1?api-version=7`,
    header: null,
    headers: { 'X-Extra': 'yes' },
    key: 'sk-real',
    blocked: null,
  }
  gateway = await openGateway({
    log: openLog('silent'),
    port: 0,
    budget: () => Promise.resolve(null),
    reportTrouble: (_, on) => {
      trouble(on)
      return Promise.resolve()
    },
    prices: { find: () => null },
    record: (record) => {
      records.push(record)
      return Promise.resolve()
    },
    target: (wire: Wire) => Promise.resolve(target === null ? null : { ...target, wire }),
    limits: {
      modelRequestBytes: 1000,
      modelHeldBytes: 1500,
      modelRoomMs: 50,
      modelSilenceMs: 300,
      modelPatienceMs: 0,
      modelRestMs: 200,
      modelBackoffMs: 1,
    },
  })
})
afterEach(async () => {
  await gateway.close()
  provider.closeAllConnections()
  provider.close()
  await once(provider, 'close')
})

function ask(path: string, options: RequestInit = {}): Promise<Response> {
  return fetch(`${gateway.url}${path}`, { method: 'POST', body: '{}', ...options })
}

it("forwards the agent's request with the real key instead of its token", async () => {
  const seen: IncomingMessage[] = []
  answer = (request, response) => {
    seen.push(request)
    response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'a=b', 'x-request-id': '7' })
    request.pipe(response)
  }
  const { token } = gateway.open(caller)
  const headers = { authorization: `Bearer ${token}`, 'x-app': 'mine', cookie: 'c=d', 'x-api-key': 'other' }
  const response = await ask('/openai/v1/chat/completions?beta=1', { headers, body: '{"model":"m"}' })
  expect([response.status, await response.text()]).toEqual([201, '{"model":"m"}'])
  expect([response.headers.get('set-cookie'), response.headers.get('x-request-id')]).toEqual([null, '7'])
  expect(seen[0]?.url).toBe('/base/v1/chat/completions?api-version=7&beta=1')
  expect(seen[0]?.headers).toMatchObject({
    authorization: 'Bearer sk-real',
    'x-app': 'mine',
    'x-extra': 'yes',
    'accept-encoding': 'identity',
  })
  expect(seen[0]?.headers).not.toHaveProperty('cookie')
  expect(seen[0]?.headers).not.toHaveProperty('x-api-key')
  expect(seen[0]?.rawHeaders.join(' ')).not.toContain(token)
})

it.each([
  ['anthropic', '/anthropic/v1/messages', 'x-api-key'],
  ['gemini', '/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse', 'x-goog-api-key'],
])('sends the key as %s expects it, wherever the token was', async (_, path, header) => {
  let sent: IncomingMessage | null = null
  answer = (request, response) => {
    sent = request
    response.end('{}')
  }
  const { token } = gateway.open(caller)
  const query = path.includes('?') ? `&key=${token}` : `?key=${token}`
  expect((await ask(`${path}${query}`)).status).toBe(200)
  expect(sent).toMatchObject({ headers: { [header]: 'sk-real' } })
  expect(sent).not.toMatchObject({ url: expect.stringContaining('key=') })
})

it('accepts a token while its attempt runs, and refuses it later in the format of each wire', async () => {
  answer = (_, response) => response.end('{}')
  const grant = gateway.open(caller)
  const headers = { 'x-api-key': grant.token }
  expect((await ask('/anthropic/v1/messages', { headers })).status).toBe(200)
  await grant.close()
  const refused = await ask('/anthropic/v1/messages', { headers })
  expect([refused.status, await refused.json()]).toEqual([
    401,
    { type: 'error', error: { type: 'authentication_error', message: expect.stringContaining('token') } },
  ])
  expect(await (await ask('/openai/v1/responses')).json()).toEqual({
    error: expect.objectContaining({ code: 'unknown_token' }),
  })
  expect(await (await ask('/gemini/v1beta/models/m:generateContent')).json()).toEqual({
    error: { code: 401, status: 'UNAUTHENTICATED', message: expect.any(String) },
  })
})

it.each([
  '/openai/v1/files',
  '/openai/v1/chat/completions/..',
  '/openai/v1/models/../files',
  '/anthropic/v1/messages/batches',
  '/gemini/v1beta/cachedContents',
  '/gemini/v1beta/models/..:generateContent',
  '/',
])('does not forward %s', async (path) => {
  let reached = false
  answer = (_, response) => {
    reached = true
    response.end()
  }
  const { token } = gateway.open(caller)
  const { port } = new URL(gateway.url)
  // Sent unchanged, because fetch would normalise the path.
  const status = await new Promise((resolve, reject) => {
    http
      .request({ port, path, method: 'POST', headers: { 'x-api-key': token } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      .on('error', reject)
      .end()
  })
  expect([status, reached]).toEqual([404, false])
})

it('explains what is missing: a provider, a server behind it, patience, a shorter request', async () => {
  const headers = { 'x-api-key': gateway.open(caller).token }
  answer = () => undefined
  const silent = await ask('/anthropic/v1/messages', { headers })
  expect([silent.status, await silent.text()]).toEqual([
    502,
    expect.stringContaining('said nothing for 0.3 s'),
  ])
  const long = await ask('/anthropic/v1/messages', { headers, body: 'x'.repeat(1001) })
  expect([long.status, await long.text()]).toEqual([413, expect.stringContaining('request_too_large')])
  target = target === null ? null : { ...target, baseUrl: 'http://127.0.0.1:1/v1' }
  expect(await (await ask('/anthropic/v1/messages', { headers })).text()).toContain('ECONNREFUSED')
  target = null
  const none = await ask('/anthropic/v1/messages', { headers })
  expect([none.status, await none.text()]).toEqual([503, expect.stringContaining('slipway providers set')])
})

it('hides a key that a provider repeats in a refusal', async () => {
  const troubles: string[] = []
  trouble = (on) => troubles.push(on)
  answer = (_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end('{"error": {"message": "Incorrect API key provided: sk-real."}}')
  }
  const headers = { 'x-api-key': gateway.open(caller).token }
  const refused = await ask('/openai/v1/responses', { headers })
  expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining('provided: [key].')])
  expect(troubles).toEqual(['the provider "test": it answered 401 (Incorrect API key provided: [key].)'])
})

it('passes each part on as it arrives, and a broken answer as broken', async () => {
  let stream: ServerResponse | null = null
  answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
    stream = response
  }
  const headers = { 'x-api-key': gateway.open(caller).token }
  const response = await ask('/openai/v1/responses', { headers })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect(await reader?.read()).toEqual({ done: false, value: 'data: 1\n\n' })
  const open = stream as ServerResponse | null
  open?.write('data: 2\n\n')
  expect(await reader?.read()).toEqual({ done: false, value: 'data: 2\n\n' })
  open?.destroy()
  await expect(reader?.read()).rejects.toThrow('terminated')
})

it('ends the calls of an agent that disconnects and of an attempt that ends', async () => {
  const closed: string[] = []
  answer = (request, response) => {
    response.writeHead(200)
    response.write('begin')
    response.on('close', () => closed.push(request.headers['x-who'] as string))
  }
  const grant = gateway.open(caller)
  const headers = { 'x-api-key': grant.token }
  const gone = new AbortController()
  await ask('/anthropic/v1/messages', { headers: { ...headers, 'x-who': 'agent' }, signal: gone.signal })
  const other = await ask('/anthropic/v1/messages', { headers: { ...headers, 'x-who': 'attempt' } })
  gone.abort()
  await eventually(() => expect(closed).toEqual(['agent']))
  await grant.close()
  await expect(other.text()).rejects.toThrow('terminated')
  await eventually(() => expect(closed).toEqual(['agent', 'attempt']))
})

it('a slow reader slows the provider down, and nothing accumulates in between', async () => {
  let written = 0
  answer = (_, response) => {
    response.writeHead(200)
    const piece = Buffer.alloc(MB, 'x')
    const more = (): void => {
      while (written < 60) {
        written += 1
        if (!response.write(piece)) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  }
  const headers = { 'x-api-key': gateway.open(caller).token }
  const response = await ask('/anthropic/v1/messages', { headers })
  const held = await steady(() => written)
  expect(held).toBeLessThan(30)
  // Longer than a provider may be silent: it is the reader who waits.
  await letPass(700)
  expect((await response.arrayBuffer()).byteLength).toBe(60 * MB)
})

/** The value when it has not changed in ten polls. */
async function steady(look: () => number): Promise<number> {
  let last = -1
  let same = 0
  await eventually(() => {
    same = look() === last ? same + 1 : 0
    last = look()
    expect(same).toBeGreaterThan(15)
  })
  return last
}

it('hides a key that a provider repeats in a successful answer, however it is split', async () => {
  const key = 'sk-a-secret-key-of-40-characters-0123456'
  target = target === null ? null : { ...target, key }
  const text = `data: {"said":"${key}", "again":"${key}${key.slice(0, 9)}"}\n\ndata: [DONE]\n\n`
  const headers = { authorization: `Bearer ${gateway.open(caller).token}` }
  for (const size of [1, 7, 39, 1000]) {
    answer = (_, response) => {
      const head = { 'content-type': 'text/event-stream', 'x-key': key, 'content-length': text.length }
      response.writeHead(200, head)
      for (let at = 0; at < text.length; at += size) response.write(text.slice(at, at + size))
      response.end()
    }
    const response = await ask('/openai/v1/chat/completions', { headers })
    expect(await response.text()).toBe(text.replaceAll(key, '*'.repeat(key.length)))
    expect(response.headers.get('x-key')).toBe('*'.repeat(key.length))
  }
})

it('delays nothing of an answer that cannot be the beginning of the key', async () => {
  target = target === null ? null : { ...target, key: 'sk-a-secret-key-of-40-characters-0123456' }
  const end = Promise.withResolvers<void>()
  answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"piece":1}\n\n')
    void end.promise.then(() => response.end())
  }
  const headers = { authorization: `Bearer ${gateway.open(caller).token}` }
  const { body } = await ask('/openai/v1/chat/completions', { headers })
  const read = await body?.getReader().read()
  expect(Buffer.from(read?.value ?? []).toString()).toBe('data: {"piece":1}\n\n')
  end.resolve()
})

it('holds a limited number of request bytes: a large request waits and is then refused', async () => {
  const heads: ServerResponse[] = []
  answer = (_, response) => heads.push(response)
  const headers = { authorization: `Bearer ${gateway.open(caller).token}` }
  const large = { headers, body: JSON.stringify({ model: 'm', input: 'x'.repeat(900) }) }
  const first = ask('/openai/v1/responses', large)
  await eventually(() => expect(heads).toHaveLength(1))
  const second = await ask('/openai/v1/responses', large)
  expect([second.status, await second.json()]).toEqual([
    429,
    {
      error: expect.objectContaining({ code: 'gateway_full', message: expect.stringContaining('try again') }),
    },
  ])
  // Small requests pass meanwhile.
  const small = ask('/openai/v1/responses', { headers })
  await eventually(() => expect(heads).toHaveLength(2))
  // An answer that has begun no longer needs its request.
  heads[0]?.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n')
  expect((await first).status).toBe(200)
  const third = ask('/openai/v1/responses', large)
  await eventually(() => expect(heads).toHaveLength(3))
  for (const head of heads) head.end('data: [DONE]\n\n')
  await Promise.all([small, third])
})
