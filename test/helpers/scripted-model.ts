import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { anthropic } from './scripted-model/anthropic.ts'
import { gemini } from './scripted-model/gemini.ts'
import { openaiChat } from './scripted-model/openai-chat.ts'
import { openaiResponses } from './scripted-model/openai-responses.ts'
import { sceneOf, type Failure, type Scene, type Step } from './scripted-model/script.ts'
import { namedCall, shellCall, writeCall } from './scripted-model/tools.ts'
import type { Ask, Json, Reply, ServedUsage, Wire } from './scripted-model/wire.ts'

/**
 * A model provider for tests: Anthropic Messages, OpenAI Chat Completions, OpenAI Responses and Gemini, whole and streamed,
 * on one loopback address. The prompt contains its answers (scripted-model/script.ts), so its only state is the list of
 * served calls. Requests without tools are answered "ok".
 */
export interface ScriptedModel {
  /** Base addresses: `{url}` for Anthropic and Gemini, `{url}/v1` for OpenAI. */
  readonly url: string
  /** Every call in the order in which it arrived, its outcome filled in when it is over. */
  readonly served: readonly ServedCall[]
  /** The sum over the finished calls; of one key when it is given. */
  readonly totals: (key?: string) => ServedUsage & { readonly calls: number }
  /** Lets the answers begin that wait for this name. */
  readonly release: (name: string) => void
  readonly close: () => Promise<void>
}

/** One call as the provider saw it. */
export interface ServedCall {
  readonly wire: Wire['name']
  /** What the caller showed as its key. */
  readonly key: string | null
  readonly model: string
  readonly stream: boolean
  readonly script: string | null
  readonly step: number
  status: number
  outcome: 'open' | 'ok' | 'gone' | 'refused' | Exclude<Failure, number>
  /** The reported usage; null when the answer ended before it. */
  usage: ServedUsage | null
}

const BYTES_PER_TOKEN = 4
const MODELS = ['mock-model', 'claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-pro']

/** Starts the provider on a free loopback port, or on the one asked for. */
export async function startScriptedModel(port = 0): Promise<ScriptedModel> {
  const served: ServedCall[] = []
  const failures = new Map<string, number>()
  const released = new EventEmitter()
  const server = createServer((request, response) => {
    answer(request, response, { served, failures, released }).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message, type: 'scripted_model_broken' } }))
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    served,
    release: (name) => void released.emit(name),
    totals: (key) => total(served.filter((call) => key === undefined || call.key === key)),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function total(calls: readonly ServedCall[]): ServedUsage & { calls: number } {
  const sum = { input: 0, output: 0, cached: 0, cacheWrite: 0, calls: 0 }
  for (const { usage } of calls) {
    if (usage === null) continue
    sum.calls += 1
    sum.input += usage.input
    sum.output += usage.output
    sum.cached += usage.cached
    sum.cacheWrite += usage.cacheWrite
  }
  return sum
}

/** What the provider keeps from one call to the next. */
interface Memory {
  readonly served: ServedCall[]
  readonly failures: Map<string, number>
  readonly released: EventEmitter
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { served, failures, released }: Memory,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const body = await readBody(request)
  if (/\/v1(beta)?\/models$/.test(url.pathname)) return send(response, 200, modelList())
  if (/(\/count_tokens|:countTokens)$/.test(url.pathname)) {
    const tokens = Math.ceil(body.length / BYTES_PER_TOKEN)
    return send(response, 200, { input_tokens: tokens, totalTokens: tokens })
  }
  const wire = wireOf(url)
  if (wire === null || request.method !== 'POST') {
    return send(response, 404, { error: { message: `Nothing is at ${url.pathname}`, type: 'not_found' } })
  }
  const ask = wire.read(JSON.parse(body.toString('utf8')) as Json, url)
  const scene = sceneOf(ask)
  const call: ServedCall = {
    wire: wire.name,
    key: keyOf(request, url),
    model: ask.model,
    stream: ask.stream,
    script: scene?.script.id ?? null,
    step: scene?.index ?? 0,
    status: 0,
    outcome: 'open',
    usage: null,
  }
  served.push(call)
  response.on('close', () => {
    if (call.outcome === 'open') call.outcome = 'gone'
  })
  await perform({ wire, ask, scene, call, response, failure: failureOf(scene, failures), released }, body)
}

/** Everything one answer is made of. */
interface Performance {
  readonly wire: Wire
  readonly ask: Ask
  readonly scene: Scene | null
  readonly call: ServedCall
  readonly response: ServerResponse
  readonly failure: Failure | null
  readonly released: EventEmitter
}

async function perform(what: Performance, body: Buffer): Promise<void> {
  const { wire, ask, scene, call, failure } = what
  const step = scene?.step ?? null
  if (step?.until !== undefined) await once(what.released, step.until)
  if (failure !== null) call.outcome = outcomeOf(failure)
  if (typeof failure === 'number') return refuse(what, failure)
  if (failure === 'hang') return
  const reply = replyTo(ask, step, body)
  const usage = usageOf(scene, step, reply, body)
  const id = `${call.script ?? 'scripted'}_${call.step}_${body.length}`
  call.status = 200
  if (ask.stream) return sendStream(what, wire.parts(reply, usage, ask, id), usage)
  sendWhole(what, JSON.stringify(wire.whole(reply, usage, ask, id)), usage)
}

async function sendStream(
  what: Performance,
  parts: ReturnType<Wire['parts']>,
  usage: ServedUsage,
): Promise<void> {
  const { ask, scene, call, response, failure } = what
  response.writeHead(200, {
    'content-type': ask.sse ? 'text/event-stream; charset=utf-8' : 'application/json',
    'cache-control': 'no-cache',
  })
  response.flushHeaders()
  await stream(what, parts, scene?.step?.stream?.every_ms ?? 0)
  if (failure !== null || response.destroyed) return
  call.usage = ask.usageInStream ? usage : null
  call.outcome = 'ok'
  response.end()
}

function refuse({ wire, scene, call, response }: Performance, status: number): void {
  const after = scene?.step?.retry_after
  call.status = status
  const headers: Record<string, string> = after === undefined ? {} : { 'retry-after': String(after) }
  send(response, status, wire.error(status, `The script says ${status}.`), headers)
}

function outcomeOf(failure: Failure): ServedCall['outcome'] {
  return typeof failure === 'number' ? 'refused' : failure
}

function sendWhole(what: Performance, whole: string, usage: ServedUsage): void {
  const { call, response, failure } = what
  response.writeHead(200, { 'content-type': 'application/json' })
  if (failure === null) {
    call.usage = usage
    call.outcome = 'ok'
    response.end(whole)
    return
  }
  const half = whole.slice(0, whole.length / 2)
  if (failure === 'malformed') response.end(half)
  else response.write(half, () => failure === 'cut' && response.destroy())
}

/** Sends the parts as fast as the reader accepts them. A failure is sent after the first delta. */
async function stream(what: Performance, parts: ReturnType<Wire['parts']>, everyMs: number): Promise<void> {
  const { ask, response, failure } = what
  let first = true
  for (const part of parts) {
    if (response.destroyed) return
    const json = part.data === '[DONE]' ? part.data : JSON.stringify(part.data)
    const event = part.event === null ? '' : `event: ${part.event}\n`
    const framed = ask.sse ? `${event}data: ${json}\n\n` : `${first ? '[' : ','}${json}\n`
    first = false
    if (failure !== null && part.delta) return breakOff(response, failure, framed)
    if (!response.write(framed)) await drained(response)
    if (part.delta && everyMs > 0) await pause(everyMs)
  }
  if (!ask.sse) response.write(']')
}

/** Waits until the reader has accepted the sent data, or has disconnected. */
async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController()
  const { signal } = done
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
  done.abort()
}

function breakOff(response: ServerResponse, failure: Failure, framed: string): void {
  if (failure === 'malformed') {
    response.end(`${framed.slice(0, framed.length / 2)}\n\n`)
    return
  }
  response.write(framed.slice(0, framed.length / 2), () => failure === 'cut' && response.destroy())
}

function replyTo(ask: Ask, step: Step | null, body: Buffer): Reply {
  if (step === null) return words('ok')
  if (step.stream !== undefined) {
    const { chunks, bytes } = step.stream
    const piece = 'x'.repeat(bytes)
    return {
      kind: 'text',
      *pieces() {
        for (let chunk = 0; chunk < chunks; chunk += 1) yield piece
      },
    }
  }
  const call = callOf(ask, step, body)
  if (call === null) {
    const offered = ask.tools.map(({ name }) => name).join(', ')
    return words(`No tool on offer can do this step: ${JSON.stringify(step)}. On offer: ${offered}.`)
  }
  if (call !== undefined) return call
  return words(step.text ?? 'ok')
}

function callOf(ask: Ask, step: Step, body: Buffer): Reply | null | undefined {
  if (step.write !== undefined) return writeCall(ask.tools, step.write[0], step.write[1], directoryIn(body))
  if (step.bash !== undefined) return shellCall(ask.tools, step.bash)
  if (step.call !== undefined) return namedCall(ask.tools, step.call[0], step.call[1])
  return undefined
}

function words(whole: string): Reply {
  const middle = Math.ceil(whole.length / 2)
  return { kind: 'text', pieces: () => [whole.slice(0, middle), whole.slice(middle)].filter(Boolean) }
}

/** The working directory that an agent names to its model, for tools that require absolute paths. */
function directoryIn(body: Buffer): string | null {
  const text = body.toString('utf8')
  // Prompts of agents are full of directories that are examples; a workspace of Slipway's is like no other.
  const workspace = /\/[\w./-]+\/ws(?![\w-])/.exec(text)?.[0]
  if (workspace !== undefined) return workspace
  const said =
    /(?:working directory|current directory|workspace(?: root| folder| directory)?|<cwd>|cwd)[^/\n]{0,40}?(\/[^\s"'`<>\\),]+)/i
  return said.exec(text)?.[1]?.replace(/[.:;]$/, '') ?? null
}

function usageOf(scene: Scene | null, step: Step | null, reply: Reply, body: Buffer): ServedUsage {
  const given = scene?.script.usage
  if (given !== undefined) {
    return { input: given.input, output: given.output, cached: given.cached, cacheWrite: given.cache_write }
  }
  const bytes = step?.stream === undefined ? sizeOf(reply) : step.stream.chunks * step.stream.bytes
  return {
    input: Math.ceil(body.length / BYTES_PER_TOKEN),
    output: Math.max(1, Math.ceil(bytes / BYTES_PER_TOKEN)),
    cached: 0,
    cacheWrite: 0,
  }
}

function sizeOf(reply: Reply): number {
  if (reply.kind === 'text') return [...reply.pieces()].join('').length
  return JSON.stringify(reply.input).length
}

/** Returns the failure of this call, if any: a step may fail a number of times and then succeed. */
function failureOf(scene: Scene | null, failures: Map<string, number>): Failure | null {
  const step = scene?.step
  if (step?.fail === undefined) return null
  if (step.times === undefined) return step.fail
  const key = `${scene?.script.id ?? ''} ${scene?.index} ${JSON.stringify(step)}`
  const before = failures.get(key) ?? 0
  failures.set(key, before + 1)
  return before < step.times ? step.fail : null
}

function wireOf(url: URL): Wire | null {
  if (url.pathname.endsWith('/v1/messages')) return anthropic
  if (url.pathname.endsWith('/chat/completions')) return openaiChat
  if (url.pathname.endsWith('/responses')) return openaiResponses
  if (/\/models\/[^/]+:(streamG|g)enerateContent$/.test(url.pathname)) return gemini
  return null
}

function keyOf(request: IncomingMessage, url: URL): string | null {
  const { headers } = request
  const named = headers['x-api-key'] ?? headers['x-goog-api-key']
  if (typeof named === 'string') return named
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? url.searchParams.get('key')
}

function modelList(): Json {
  return {
    object: 'list',
    data: MODELS.map((id) => ({
      id,
      object: 'model',
      type: 'model',
      display_name: id,
      owned_by: 'scripted',
    })),
    has_more: false,
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  switch (request.headers['content-encoding']) {
    case 'gzip':
      return promisify(zlib.gunzip)(body)
    case 'zstd':
      return promisify(zlib.zstdDecompress)(body)
    default:
      return body
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
