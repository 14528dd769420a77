import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Call, Passed } from './call.ts'
import type { Door, Target } from './door.ts'
import type { Fault } from './fault.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { openAnswerReader, type ReadAnswer } from './read-answer.ts'
import { recordCall } from './record-call.ts'
import { gatewayErrors, refuse } from './refuse.ts'
import type { Route } from './route.ts'
import { SilentProvider } from './upstream.ts'

/** Sends a call on, passes its answer back as it comes, and records what it used. */
export async function forward(door: Door, call: Call): Promise<void> {
  const { route, target, response } = call
  const passed = await pass(door, call)
  if (passed.fault !== null) {
    if (response.headersSent) response.destroy()
    else refuse(response, route.wire, gatewayErrors.failed(target.name, passed.fault.words))
  }
  await recordCall(door, call, passed)
}

async function pass(door: Door, call: Call): Promise<Passed> {
  const { route, response } = call
  const began = performance.now()
  let status: number | null = null
  let firstByteMs: number | null = null
  let reader: ReturnType<typeof openAnswerReader> | null = null
  let broken: unknown = null
  const since = (): number => Math.round(performance.now() - began)
  try {
    const answer = await send(door, call)
    firstByteMs = since()
    status = answer.statusCode ?? 502
    const mine = openAnswerReader(route.kind, answer.headers['content-type'] ?? '')
    reader = mine
    answer.on('error', (error) => {
      // Who ends first is at fault: the end of one side ends the other.
      if (!call.signal.aborted) broken = error
    })
    answer.on('data', (chunk: Buffer) => mine.add(chunk))
    response.writeHead(status, responseHeaders(answer.headers))
    response.flushHeaders()
    await pipeline(answer, response)
    return { ...outcomeOf(status, reader.end(true)), status, firstByteMs, durationMs: since(), isGone: false }
  } catch (error) {
    const isGone = broken === null && call.signal.aborted
    return {
      status,
      answer: reader?.end(false) ?? null,
      fault: isGone ? null : faultOf(broken ?? error, status),
      isGone,
      firstByteMs,
      durationMs: since(),
    }
  }
}

function send(door: Door, call: Call): Promise<IncomingMessage> {
  const { target, route, search, asked, request, response, signal } = call
  const headers = requestHeaders(request.headers, target, asked.body.length)
  if (!asked.isUnchanged) delete headers['content-encoding']
  return door.upstream.call({
    method: request.method ?? 'POST',
    url: addressOf(target, route, search),
    headers,
    body: asked.body,
    signal,
    silenceMs: door.limits.modelSilenceMs,
    isReaderSlow: () => response.writableNeedDrain,
  })
}

function addressOf(target: Target, route: Route, search: URLSearchParams): URL {
  const url = new URL(target.baseUrl)
  url.pathname = url.pathname.replace(/\/$/, '') + route.path
  for (const [name, value] of search) if (name !== 'key') url.searchParams.append(name, value)
  return url
}

/** An answer below 300 is what its reader found; what a provider refuses is told as it told it. */
function outcomeOf(status: number, answer: ReadAnswer): Pick<Passed, 'answer' | 'fault'> {
  return { answer, fault: status < 300 ? answer.fault : null }
}

function faultOf(error: unknown, status: number | null): Fault {
  const words = error instanceof Error ? error.message : String(error)
  if (error instanceof SilentProvider) return { kind: 'silent', words }
  return { kind: status === null ? 'unreachable' : 'cut', words }
}
