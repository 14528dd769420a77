import type { ServerResponse } from 'node:http'
import type { Wire } from '../../contract/provider.ts'
import { wireError, type GatewayError } from './wire-error.ts'

/** Responds to a call that is not forwarded, or whose provider failed, in the format of its wire. */
export function refuse(response: ServerResponse, wire: Wire, error: GatewayError): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(error.status, {
    'content-type': 'application/json',
    // Honoured by the official clients: the gateway and the job's rules retry better than an agent does.
    'x-should-retry': 'false',
    // The unread rest of a request must not be parsed as the next one.
    connection: 'close',
  })
  response.end(wireError(wire, error))
}

export const gatewayErrors = {
  notForwarded: {
    status: 404,
    code: 'not_forwarded',
    message: 'The gateway forwards only known calls of models, and this is not one of them.',
  },
  unknownToken: {
    status: 401,
    code: 'unknown_token',
    message: 'This token opens nothing: it is not the one of an attempt that is running.',
  },
  tooLarge: {
    status: 413,
    code: 'request_too_large',
    message: 'The request is larger than the gateway takes: shorten the conversation.',
  },
  noRoom: {
    status: 429,
    code: 'gateway_full',
    message:
      'The gateway holds as many bytes of large requests as it may: try again when others have been answered, or shorten the conversation.',
  },
  noProvider: (wire: Wire): GatewayError => ({
    status: 503,
    code: 'no_provider',
    message: `No provider with a key speaks ${wire}: add one (slipway providers set).`,
  }),
  paused: (provider: string, reason: string): GatewayError => ({
    status: 503,
    code: 'provider_left_alone',
    message: `The provider "${provider}" is left alone for a while, because ${reason}.`,
  }),
  blocked: (reason: string): GatewayError => ({
    status: 503,
    code: 'provider_blocked',
    message: `Nothing is sent until a person has looked at ${reason}.`,
  }),
  spent: (reason: string): GatewayError => ({
    status: 402,
    code: 'budget_exhausted',
    message: `Stop here: no call is sent, because of ${reason}. A person can raise the budget of this job.`,
  }),
  failed: (provider: string, reason: string): GatewayError => ({
    status: 502,
    code: 'provider_failed',
    message: `The provider "${provider}" failed: ${reason}.`,
  }),
} as const
