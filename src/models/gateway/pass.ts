import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import { clock } from '../../lib/clock.ts'
import { abortLater } from '../../lib/waiting.ts'
import type { Call, CallOutcome } from './call.ts'
import type { GatewayContext, Target } from './gateway-context.ts'
import type { Fault } from '../fault.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { hideKeyInHeaders, keyHider, secretOf } from './hide-key.ts'
import { judgeRefusal, retryAfterMs, messageIn } from './judge-refusal.ts'
import { openAnswerReader } from './read-answer.ts'
import type { Route } from '../route.ts'
import { SilentProvider } from './upstream.ts'

/** The maximum bytes kept of an error response until it is decided whether the agent receives it. */
const REFUSAL_BYTES = 65_536

/**
 * Sends a call to its provider and streams the response back. An error response that is not the request's fault is held
 * back: the caller decides whether the agent receives it. When the agent disconnects, the response is read on for a moment,
 * because it is billed and only its end reports the usage.
 */
export async function pass(context: GatewayContext, call: Call): Promise<CallOutcome> {
  const { route, response } = call
  const secret = secretOf(call.target.key)
  const began = clock.steady()
  const since = (): number => Math.round(clock.steady() - began)
  let status: number | null = null
  let firstByteMs: number | null = null
  let reader: ReturnType<typeof openAnswerReader> | null = null
  let broken: unknown = null
  const reading = abortLater(call.signal, context.limits.modelRestMs)
  try {
    const answer = await send(context, call, reading.signal)
    firstByteMs = since()
    status = answer.statusCode ?? 502
    // An agent may disconnect because of an error in the response; an abort by the gateway itself is not a failure.
    answer.on('error', (error) => {
      if (!reading.signal.aborted && !call.grant.signal.aborted) broken = error
    })
    if (status >= 400) {
      const body = withoutKey(await readSome(answer), call.target.key)
      const headers = hideKeyInHeaders(responseHeaders(answer.headers), secret)
      const refusal = { status, body, headers }
      const fault = faultOfRefusal(status, answer.headers, body.toString('utf8'))
      return { status, answer: null, fault, refusal, isAborted: false, firstByteMs, durationMs: since() }
    }
    call.body.release()
    const answerReader = openAnswerReader(route.kind, answer.headers['content-type'] ?? '')
    reader = answerReader
    answer.on('data', (chunk: Buffer) => answerReader.add(chunk))
    response.writeHead(status, hideKeyInHeaders(responseHeaders(answer.headers), secret))
    response.flushHeaders()
    const isComplete = await copyAnswer(answer, response, secret)
    const read = answerReader.end(true)
    const { fault } = read
    const isAborted = fault === null && !isComplete
    return { status, answer: read, fault, refusal: null, isAborted, firstByteMs, durationMs: since() }
  } catch (error) {
    const isAborted = broken === null && call.signal.aborted
    return {
      status,
      answer: reader?.end(false) ?? null,
      fault: isAborted ? null : faultOf(broken ?? error, status),
      refusal: null,
      isAborted,
      firstByteMs,
      durationMs: since(),
    }
  } finally {
    reading.end()
  }
}

/** Resolves at the end of the response with whether its reader received all of it. */
async function copyAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  secret: string | null,
): Promise<boolean> {
  let isComplete = true
  const hider = secret === null ? null : keyHider(secret)
  const leave = (): void => {
    isComplete &&= response.writableEnded
    if (hider !== null) answer.unpipe(hider)
    answer.resume()
  }
  response.on('error', leave)
  response.on('close', leave)
  try {
    if (response.destroyed) leave()
    else if (hider === null) answer.pipe(response)
    else answer.pipe(hider).pipe(response)
    await finished(answer)
    return isComplete
  } catch (error) {
    response.destroy()
    throw error
  }
}

function send(context: GatewayContext, call: Call, signal: AbortSignal): Promise<IncomingMessage> {
  const { target, route, search, content, request, response } = call
  const body = call.body.bytes()
  const headers = requestHeaders(request.headers, target, body.length)
  if (!content.isUnchanged) delete headers['content-encoding']
  return context.upstream.call({
    method: request.method ?? 'POST',
    url: addressOf(target, route, search),
    headers,
    body,
    signal,
    silenceMs: context.limits.modelSilenceMs,
    isReaderSlow: () => response.writableNeedDrain,
  })
}

function addressOf(target: Target, route: Route, search: URLSearchParams): URL {
  const url = new URL(target.baseUrl)
  url.pathname = url.pathname.replace(/\/$/, '') + route.path
  for (const [name, value] of search) if (name !== 'key') url.searchParams.append(name, value)
  return url
}

async function readSome(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > REFUSAL_BYTES) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Removes the key, because some providers repeat a refused key in their message, which agents and people see. */
function withoutKey(body: Buffer, key: string | null): Buffer {
  return key === null ? body : Buffer.from(body.toString('utf8').replaceAll(key, '[key]'))
}

function faultOfRefusal(status: number, headers: IncomingHttpHeaders, body: string): Fault | null {
  const cure = judgeRefusal(status, body)
  if (cure === 'request') return null
  const message = `it answered ${status} (${messageIn(body)})`
  return {
    kind: 'status',
    status,
    message,
    cure,
    retryAfterMs: retryAfterMs(headers['retry-after'], clock.now()),
  }
}

function faultOf(error: unknown, status: number | null): Fault {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof SilentProvider) return { kind: 'silent', message }
  return status === null
    ? { kind: 'unreachable', message: `it cannot be reached (${message})` }
    : { kind: 'cut', message: 'its answer ended in the middle' }
}
