import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Wire } from '../contract/provider.ts'
import type { Door, Target } from './door.ts'
import { requestHeaders, responseHeaders, tokensIn } from './headers.ts'
import { readRequest } from './read-request.ts'
import { routeOf, wireOf, type Route } from './route.ts'
import { wireError, type GatewayError } from './wire-error.ts'

/** One call of an agent, from its token to the last byte of the answer. Never throws for what agents or providers do. */
export async function serveCall(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const search = new URLSearchParams(query)
  const wire = wireOf(pathname)
  const route = routeOf(request.method ?? 'GET', pathname)
  if (route === null) return refuse(response, wire, notForwarded)
  const grant = tokensIn(request.headers, search)
    .map((token) => door.grants.find(token))
    .find((found) => found !== null)
  if (grant === undefined) return refuse(response, wire, unknownToken)
  const body = await readRequest(request, door.limits.modelRequestBytes)
  if (body === null) return refuse(response, wire, tooLarge)
  const target = await door.target(route.wire, grant.caller.backend)
  if (target === null) return refuse(response, wire, noProvider(wire))

  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('the agent has gone')))
  await forward(door, target, route, search, request, response, {
    body,
    signal: AbortSignal.any([gone.signal, grant.signal]),
  })
}

async function forward(
  door: Door,
  target: Target,
  route: Route,
  search: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  { body, signal }: { readonly body: Buffer; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const answer = await door.upstream.call({
      method: request.method ?? 'POST',
      url: addressOf(target, route, search),
      headers: requestHeaders(request.headers, target, body.length),
      body,
      signal,
      silenceMs: door.limits.modelSilenceMs,
      isReaderSlow: () => response.writableNeedDrain,
    })
    response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers))
    response.flushHeaders()
    await pipeline(answer, response)
  } catch (error) {
    if (response.headersSent) response.destroy()
    else refuse(response, route.wire, unreachable(target, error))
  }
}

function addressOf(target: Target, route: Route, search: URLSearchParams): URL {
  const url = new URL(target.baseUrl)
  url.pathname = url.pathname.replace(/\/$/, '') + route.path
  for (const [name, value] of search) if (name !== 'key') url.searchParams.append(name, value)
  return url
}

function refuse(response: ServerResponse, wire: Wire, error: GatewayError): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(error.status, {
    'content-type': 'application/json',
    // What the official clients obey: the gateway and the job's rules repeat better than an agent does.
    'x-should-retry': 'false',
    // Whatever is left of a request that was not read to its end is not the next one.
    connection: 'close',
  })
  response.end(wireError(wire, error))
}

const notForwarded: GatewayError = {
  status: 404,
  code: 'not_forwarded',
  message: 'The gateway forwards calls of models only, and this is none that it knows.',
}
const unknownToken: GatewayError = {
  status: 401,
  code: 'unknown_token',
  message: 'This token opens nothing: it is not the one of an attempt that is running.',
}
const tooLarge: GatewayError = {
  status: 413,
  code: 'request_too_large',
  message: 'The request is larger than the gateway takes: shorten the conversation.',
}
function noProvider(wire: Wire): GatewayError {
  return {
    status: 503,
    code: 'no_provider',
    message: `No provider with a key speaks ${wire}: add one (slipway providers set).`,
  }
}
function unreachable(target: Target, error: unknown): GatewayError {
  const why = error instanceof Error ? error.message : String(error)
  return {
    status: 502,
    code: 'provider_unreachable',
    message: `The provider "${target.name}" failed: ${why}.`,
  }
}
