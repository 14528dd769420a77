import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Target } from './gateway-context.ts'
import type { Fault } from '../fault.ts'
import type { OpenGrant } from './grants.ts'
import type { ReadAnswer } from './read-answer.ts'
import type { CallContent } from './read-request.ts'
import type { Route } from '../route.ts'

/** The body of a request, and the memory reserved for it. */
export interface RequestBody {
  /** Throws after the body has been released. */
  bytes(): Buffer
  release(): void
}

/** A call that is ready to be sent. */
export interface Call {
  readonly route: Route
  readonly target: Target
  readonly search: URLSearchParams
  readonly content: Omit<CallContent, 'body'>
  /** The body to send. It is released when the response begins, because it is not needed again. */
  readonly body: RequestBody
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the agent disconnects or its attempt ends. */
  readonly signal: AbortSignal
  readonly grant: OpenGrant
}

/** The result of a call. */
export interface CallOutcome {
  readonly status: number | null
  readonly answer: ReadAnswer | null
  /** The error, when the provider is at fault. */
  readonly fault: Fault | null
  /** The provider's error response. */
  readonly refusal: {
    readonly status: number
    readonly body: Buffer
    readonly headers: OutgoingHttpHeaders
  } | null
  readonly isAborted: boolean
  readonly firstByteMs: number | null
  readonly durationMs: number
}
