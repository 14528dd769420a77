/**
 * The entry point of the command line. Every failure ends with one sentence on stderr, with advice, and with an exit code
 * that scripts can rely on: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { buildProgram } from './program.ts'
import { reportError } from './report-error.ts'
import { openTerminal } from './screen/terminal.ts'

/** The reader of a pipe has gone (`slipway logs … | head`): the exit code that a shell gives for SIGPIPE. */
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
  process.exitCode = reportError(error, terminal)
}

/** Without arguments, shows the help. */
function bareIsHelp(words: string[]): string[] {
  return words.length === 0 ? ['--help'] : words
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version
}
