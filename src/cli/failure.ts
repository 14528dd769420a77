/** The exit codes of commands. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const

/** Thrown by commands; main prints `message` and `hint` to stderr and exits with `exitCode`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: number
  readonly hint: string | null

  constructor(message: string, options: { exitCode?: number; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.exitCode = options.exitCode ?? exitCodes.failed
    this.hint = options.hint ?? null
  }
}

/** Returns a failure for wrong usage: exit code 2. */
export function badUsage(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: exitCodes.usage, ...(hint === undefined ? {} : { hint }) })
}

/** Returns the message of any error. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
