import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Spent } from '../budget-gate.ts'
import type { ReservedRoom } from './byte-room.ts'
import type { Call } from './call.ts'
import type { GatewayContext } from './gateway-context.ts'
import { forward } from './forward.ts'
import { tokensIn } from './headers.ts'
import { costOf } from '../prices.ts'
import { announcedBytes, inspectRequest, readRequest, type CallContent } from './read-request.ts'
import { gatewayErrors, refuse } from './refuse.ts'
import { routeOf, wireOf, type Route } from '../route.ts'

/** The bytes per token for an upper bound of a request's tokens, and the output assumed for a request without a limit. */
const BYTES_PER_TOKEN = 2
const LIKELY_OUTPUT = 8000

/**
 * Handles one call of an agent, from its token to the last byte of the response. Never throws for errors of agents or
 * providers.
 */
export async function serveCall(
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const search = new URLSearchParams(query)
  const wire = wireOf(pathname)
  const route = routeOf(request.method ?? 'GET', pathname)
  if (route === null) return refuse(response, wire, gatewayErrors.notForwarded)
  const grant = tokensIn(request.headers, search)
    .map((token) => context.grants.find(token))
    .find((found) => found !== null)
  if (grant === undefined) return refuse(response, wire, gatewayErrors.unknownToken)
  const disconnected = new AbortController()
  response.on('close', () => disconnected.abort(new Error('the agent has gone')))
  const signal = AbortSignal.any([disconnected.signal, grant.signal])
  const { modelRequestBytes, modelRoomMs } = context.limits
  const announced = announcedBytes(request, modelRequestBytes)
  if (announced === null) return refuse(response, wire, gatewayErrors.tooLarge)
  const room = await context.room.reserve(announced, signal, modelRoomMs)
  if (room === null) return refuse(response, wire, gatewayErrors.noRoom)
  try {
    const read = await readCall(context, request, route)
    if (read === null) return refuse(response, wire, gatewayErrors.tooLarge)
    const { content, body } = separateBody(read, room)
    const target = await context.target(route.wire, grant.caller.backend)
    if (target === null) return refuse(response, wire, gatewayErrors.noProvider(wire))
    const call = { route, target, search, content, body, request, response, signal, grant }
    await grant.track(serveGranted(context, call))
  } finally {
    room.shrinkTo(0)
  }
  return undefined
}

/** Reads and inspects a request; null when it is too large. */
async function readCall(
  context: GatewayContext,
  request: IncomingMessage,
  route: Route,
): Promise<CallContent | null> {
  const limit = context.limits.modelRequestBytes
  const body = await readRequest(request, limit)
  return body === null ? null : inspectRequest(route, request.headers, body, limit)
}

/** Separates the body, which takes the memory, from the rest of the request, so that it can be released before the call ends. */
function separateBody({ body, ...content }: CallContent, room: ReservedRoom): Pick<Call, 'content' | 'body'> {
  let held: Buffer | null = body
  room.shrinkTo(body.length)
  return {
    content,
    body: {
      bytes() {
        if (held === null) throw new Error('the body of this call has been let go')
        return held
      },
      release() {
        held = null
        room.shrinkTo(0)
      },
    },
  }
}

/** Handles an authenticated call with a provider: checks the provider's troubles and the job's budget before it is sent. */
async function serveGranted(context: GatewayContext, call: Call): Promise<void> {
  const { target, route, response, grant } = call
  if (target.blocked !== null) {
    grant.halt({ for: 'backend', provider: target.name, on: target.blocked })
    return refuse(response, route.wire, gatewayErrors.blocked(target.blocked))
  }
  try {
    const release = await reserve(context, call)
    if (typeof release !== 'function') {
      const { on, version } = release
      grant.halt({ for: 'budget', on, budgetVersion: version })
      return refuse(response, route.wire, gatewayErrors.spent(on))
    }
    try {
      await forward(context, call)
    } finally {
      release()
    }
  } catch (error) {
    // The agent may disconnect while it waits.
    if (!call.signal.aborted) throw error
  }
  return undefined
}

/** Reserves the maximum that the call may use from its job's budget. */
async function reserve(context: GatewayContext, call: Call): Promise<(() => void) | Spent> {
  const { content, grant, route, target, signal } = call
  const { jobId } = grant.caller
  if (jobId === null || route.kind === 'count' || route.kind === 'models') return () => undefined
  const usage = {
    input: Math.ceil(content.size / BYTES_PER_TOKEN),
    output: content.maxOutput ?? LIKELY_OUTPUT,
    cached: 0,
    cacheWrite: 0,
    reasoning: 0,
  }
  const price = context.prices.find(target.name, content.model)
  const share = {
    tokens: usage.input + usage.output,
    usd: price === null ? null : costOf(price, usage),
    model: content.model,
  }
  return context.budgets.reserve(jobId, share, signal)
}
