import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { ProviderProbe } from '../../contract/provider.ts'
import type { GatewayOptions, Target } from './gateway-context.ts'
import { openBudgetGate } from '../budget-gate.ts'
import { openByteRoom } from './byte-room.ts'
import { openProviderHealth, type Outage } from '../provider-health.ts'
import { openGrants, type Caller, type Grant } from './grants.ts'
import { probe } from '../probe.ts'
import { serveCall } from './serve-call.ts'
import { openUpstreamPool } from './upstream.ts'

/**
 * The gateway between agents and model providers: agents know its loopback address and a token of their attempt, while the
 * keys stay here. Calls and responses are passed on unchanged, as they arrive.
 */
export interface Gateway {
  readonly url: string
  open(caller: Caller): Grant
  /** Returns why a provider is temporarily not called; null when it is available. */
  outage(provider: string): Outage | null
  /** Probes a provider with its key, once and cheaply, within at most `ms`. */
  probe(target: Target & { readonly model: string | null }, ms: number): Promise<ProviderProbe>
  close(): Promise<void>
}

/** Handles a request that is not for a model; returns false when it does not handle it. */
export type FallbackHandler = (request: IncomingMessage, response: ServerResponse) => boolean

/** Starts the gateway on loopback; `port` 0 picks a free port. */
export async function openGateway(
  options: GatewayOptions & { readonly fallback?: FallbackHandler },
): Promise<Gateway> {
  const grants = openGrants()
  const upstream = openUpstreamPool()
  const health = openProviderHealth(options.limits.modelBackoffMs)
  const budgets = openBudgetGate(options.budget)
  const room = openByteRoom(options.limits.modelHeldBytes)
  const context = { ...options, grants, upstream, health, budgets, room }
  const server = http.createServer((request, response) => {
    if (options.fallback?.(request, response) === true) return
    serveCall(context, request, response).catch((error: unknown) => {
      // A request that the agent aborted is not an error.
      if (request.complete)
        options.log.error({ err: error, path: request.url?.split('?', 1)[0] }, 'model gateway')
      response.destroy()
    })
  })
  // A response may take as long as a model needs; silence of a provider has its own limit.
  server.requestTimeout = 0
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the model gateway has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    open: grants.open,
    outage: health.outage,
    probe: (target, ms) => probe(upstream, target, ms),
    async close() {
      server.close()
      server.closeAllConnections()
      upstream.close()
      await once(server, 'close')
    },
  }
}
