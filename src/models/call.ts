import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Target } from './gateway-context.ts'
import type { Fault } from './fault.ts'
import type { OpenGrant } from './grants.ts'
import type { ReadAnswer } from './read-answer.ts'
import type { AskedCall } from './read-request.ts'
import type { Route } from './route.ts'

/** The body of a request, and the room that it takes. */
export interface HeldBody {
  /** Throws when it has been let go. */
  bytes(): Buffer
  letGo(): void
}

/** A call that may go out. */
export interface Call {
  readonly route: Route
  readonly target: Target
  readonly search: URLSearchParams
  readonly asked: Omit<AskedCall, 'body'>
  /** What is sent on. Once it has been answered nobody needs it again, and it is let go. */
  readonly body: HeldBody
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the agent goes away or its attempt ends. */
  readonly signal: AbortSignal
  readonly grant: OpenGrant
}

/** How a call went. */
export interface Passed {
  readonly status: number | null
  readonly answer: ReadAnswer | null
  /** What went wrong, when the provider is at fault. */
  readonly fault: Fault | null
  /** What the provider answered with instead of an answer. */
  readonly refusal: {
    readonly status: number
    readonly body: Buffer
    readonly headers: OutgoingHttpHeaders
  } | null
  readonly isGone: boolean
  readonly firstByteMs: number | null
  readonly durationMs: number
}
