/**
 * The one error of this room. Whatever goes wrong between a caller and a server (a refusal, no answer, an answer that
 * breaks the contract) arrives as an `ApiError` whose message is a sentence for a person.
 */

export interface Issue {
  readonly path: string
  readonly message: string
}

/**
 * `status` is the HTTP status, or 0 when no usable answer came. `code` is the server's stable code, or one of
 * `unreachable` (no connection, or it broke), `timeout`, `bad_answer` (the answer does not fit the contract),
 * `bad_path` (refused here, before anything is sent).
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

/** Whether asking again later can help: no answer at all, too many requests, or a server that is unwell. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return (
    error.code === 'unreachable' || error.code === 'timeout' || error.status === 429 || error.status >= 500
  )
}
