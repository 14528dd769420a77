/** A failure as a person reads it: one sentence on stderr, what to do, and the exit code that stands for it. */
import { CommanderError } from 'commander'
import { ApiError } from '../client/api-error.ts'
import { AppError } from '../lib/app-error.ts'
import { exitCodes, Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Says what went wrong and gives the exit code that stands for it. */
export function reportError(error: unknown, to: Terminal): number {
  // Commander has said it already; help and version arrive here too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const word = to.paint('red', 'error:')
  if (error instanceof Failure) {
    to.note(`${word} ${error.message}${error.hint === null ? '' : `\n${error.hint}`}`)
    return error.exitCode
  }
  if (error instanceof ApiError) {
    to.note(`${word} ${error.message}${adviceFor(error)}`)
    return exitCodes.failed
  }
  if (error instanceof AppError || isSystemError(error)) {
    to.note(`${word} ${error.message}`)
    return exitCodes.failed
  }
  to.note(
    `${word} a fault of Slipway itself\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  )
  return exitCodes.failed
}

function adviceFor(error: ApiError): string {
  if (error.status === 401)
    return '\nthe token does not fit this server: set SLIPWAY_TOKEN, or pass the --data-dir of the server'
  return error.code === 'unreachable' ? '\nis the server running? slipway start' : ''
}

/** A file that cannot be read and the like: the message says it all. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
