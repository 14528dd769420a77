/**
 * The one error type of this room. Every failure between a caller and a server (an error response, no response, a response
 * that violates the contract) is an `ApiError` whose message is a sentence for a person.
 */

export interface Issue {
  readonly path: string
  readonly message: string
}

/**
 * `status` is the HTTP status, or 0 when there was no usable response. `code` is the server's stable code, or one of
 * `unreachable` (no connection, or it broke), `timeout`, `bad_answer` (the response does not match the contract), `bad_path`
 * (rejected by the client, before anything is sent).
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly issues: readonly Issue[]

  constructor(
    status: number,
    code: string,
    message: string,
    options: { issues?: readonly Issue[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.code = code
    this.issues = options.issues ?? []
  }
}

/** Whether a later retry can help: no response, too many requests, or a server error. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return (
    error.code === 'unreachable' || error.code === 'timeout' || error.status === 429 || error.status >= 500
  )
}
