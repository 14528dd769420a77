/** An error whose sentence may be shown to a person: what was wrong and what to do. `code` is stable, `status` an HTTP status. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: string
  readonly status: number
  readonly issues: readonly { path: string; message: string }[]

  constructor(
    status: number,
    code: string,
    message: string,
    options: { cause?: unknown; issues?: readonly { path: string; message: string }[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.code = code
    this.issues = options.issues ?? []
  }
}
