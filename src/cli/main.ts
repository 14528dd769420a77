/**
 * The command line's beginning and end. Promises: every failure ends in one sentence on stderr with what to do, and in
 * an exit code that scripts can rely on: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
 */
import { CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ApiError } from '../client/api-error.ts'
import { AppError } from '../lib/app-error.ts'
import { exitCodes, Failure } from './failure.ts'
import { buildProgram } from './program.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** The reader of a pipe went away (`slipway logs … | head`): the code a shell gives for SIGPIPE. */
const brokenPipe = 141

const terminal = openTerminal(process.stdout, process.stderr)
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(brokenPipe)
    throw error
  })
}
try {
  await buildProgram(terminal, readVersion()).parseAsync(bareIsHelp(process.argv.slice(2)), { from: 'user' })
} catch (error) {
  process.exitCode = report(error, terminal)
}

/** Nothing asked for is a question: what is there? */
function bareIsHelp(words: string[]): string[] {
  return words.length === 0 ? ['--help'] : words
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version
}

/** Says what went wrong and gives the exit code that stands for it. */
function report(error: unknown, to: Terminal): number {
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
