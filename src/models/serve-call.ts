import type { IncomingMessage, ServerResponse } from 'node:http'
import { gatewayErrors, refuse } from './refuse.ts'
import type { Door } from './door.ts'
import { forward } from './forward.ts'
import { tokensIn } from './headers.ts'
import { lookInto, readRequest } from './read-request.ts'
import { routeOf, wireOf } from './route.ts'

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
  if (route === null) return refuse(response, wire, gatewayErrors.notForwarded)
  const grant = tokensIn(request.headers, search)
    .map((token) => door.grants.find(token))
    .find((found) => found !== null)
  if (grant === undefined) return refuse(response, wire, gatewayErrors.unknownToken)
  const limit = door.limits.modelRequestBytes
  const body = await readRequest(request, limit)
  if (body === null) return refuse(response, wire, gatewayErrors.tooLarge)
  const target = await door.target(route.wire, grant.caller.backend)
  if (target === null) return refuse(response, wire, gatewayErrors.noProvider(wire))

  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('the agent has gone')))
  const asked = await lookInto(route, request.headers, body, limit)
  const signal = AbortSignal.any([gone.signal, grant.signal])
  await grant.busy(forward(door, { route, target, search, asked, request, response, signal, grant }))
}
