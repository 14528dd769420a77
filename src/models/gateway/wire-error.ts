import type { Wire } from '../../contract/provider.ts'

/** Errors of the gateway itself, converted to the format of each wire. */
export interface GatewayError {
  readonly status: number
  readonly code: string
  readonly message: string
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

const geminiStatuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

/** Returns the body of an error in the format of the wire. */
export function wireError(wire: Wire, { status, code, message }: GatewayError): string {
  switch (wire) {
    case 'anthropic':
      return JSON.stringify({
        type: 'error',
        error: { type: anthropicTypes[status] ?? 'api_error', message },
      })
    case 'openai':
      return JSON.stringify({ error: { message, type: code, param: null, code } })
    case 'gemini':
      return JSON.stringify({
        error: { code: status, message, status: geminiStatuses[status] ?? 'INTERNAL' },
      })
  }
}
