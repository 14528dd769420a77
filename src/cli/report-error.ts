/** Reports an error to a person: one sentence on stderr, advice, and the exit code. */
import { CommanderError } from 'commander'
import { ApiError } from '../client/api-error.ts'
import { AppError } from '../lib/app-error.ts'
import { exitCodes, Failure } from './failure.ts'
import type { Terminal } from './screen/terminal.ts'

/** Prints the error and returns its exit code. */
export function reportError(error: unknown, to: Terminal): number {
  // Commander has already printed it; help and version arrive here too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const label = to.paint('red', 'error:')
  if (error instanceof Failure) {
    to.note(`${label} ${error.message}${error.hint === null ? '' : `\n${error.hint}`}`)
    return error.exitCode
  }
  if (error instanceof ApiError) {
    to.note(`${label} ${error.message}${adviceFor(error)}`)
    return exitCodes.failed
  }
  if (error instanceof AppError || isSystemError(error)) {
    to.note(`${label} ${error.message}`)
    return exitCodes.failed
  }
  to.note(
    `${label} a fault of Slipway itself\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  )
  return exitCodes.failed
}

function adviceFor(error: ApiError): string {
  if (error.status === 401)
    return '\nthe token is not that of this server: set SLIPWAY_TOKEN, or pass the --data-dir of the server'
  return error.code === 'unreachable' ? '\nis the server running? slipway start' : ''
}

/** Whether it is a system error, such as an unreadable file, whose message is sufficient. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
