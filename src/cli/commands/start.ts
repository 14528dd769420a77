/** `slipway start`: runs the server in the foreground until it is stopped. */
import { once } from 'node:events'
import path from 'node:path'
import type { Command } from 'commander'
import { cliDefaults } from '../../config.ts'
import { AppError } from '../../lib/app-error.ts'
import { waitFor } from '../../lib/waiting.ts'
import { buildWeb } from '../server/build-web.ts'
import { addExamples, wholeNumber } from '../command-kit.ts'
import { exitCodes, Failure, sentence } from '../failure.ts'
import { onInterrupt } from '../interrupt.ts'
import { browserOpener, openBrowser } from '../server/open-browser.ts'
import type { StartMessage } from '../server/own-server.ts'
import { reportError } from '../report-error.ts'
import { readServerRecord } from '../server/server-record.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags {
  port?: number
  host?: string
  dataDir?: string
  workers?: number
  config?: string
  open: boolean
  build: boolean
}

/** The maximum duration of a stop in ms; unfinished work is resumed by the next start. */
const stopLimitMs = 30_000

export function addStart(program: Command, terminal: Terminal): void {
  const command = program
    .command('start')
    .description('start the server; unfinished jobs continue')
    .option(
      '--port <number>',
      'port to listen on; 0 takes a free one (default: SLIPWAY_PORT or 7420)',
      wholeNumber(0, 65_535),
    )
    .option('--host <address>', 'address to listen on (default: SLIPWAY_HOST or 127.0.0.1)')
    .option('--data-dir <dir>', 'where Slipway keeps everything (default: SLIPWAY_DATA_DIR or ~/.slipway)')
    .option(
      '--workers <number>',
      'how much it works on at once; 0 answers but starts no work',
      wholeNumber(0, 64),
    )
    .option(
      '--config <file>',
      'settings from this file (default: SLIPWAY_CONFIG, or slipway.yaml in the data directory)',
    )
    .option('--no-open', 'do not open the browser')
    .option('--no-build', 'serve the web interface without rebuilding it, even when its sources have changed')
    .action((flags: Flags) => startAndLeave(flags, terminal))
  addExamples(command, [
    ['slipway start', 'on http://127.0.0.1:7420'],
    ['slipway start --no-open', 'the same, and leave the browser alone'],
    ['slipway start --port 0 --data-dir ./scratch', 'on any free port, with a data directory of its own'],
    ['slipway start --workers 8', 'eight agents and checks at once'],
  ])
}

/**
 * Exits with 0 after a requested stop, because that is a success to a supervisor; Ctrl-C has its own exit code only for
 * commands that wait. The process is exited here, so that nothing left open by a start or a stop keeps it alive.
 */
async function startAndLeave(flags: Flags, terminal: Terminal): Promise<never> {
  try {
    await start(flags, terminal)
    process.exit(exitCodes.done)
  } catch (error) {
    process.exit(reportError(error, terminal))
  }
}

async function start(flags: Flags, terminal: Terminal): Promise<void> {
  const dataDir = flags.dataDir === undefined ? cliDefaults().dataDir : path.resolve(flags.dataDir)
  const interrupt = onInterrupt()
  const orphaned = parentExit()
  const stopping = AbortSignal.any([interrupt.signal, orphaned])
  try {
    await refuseSecond(dataDir)
    const { startServer } = await import('../../main.ts')
    const isOwned = process.connected
    const server = await startServer({ ...flags, dataDir, ofCommand: isOwned })
    await notifyParent({ ready: server.url })
    terminal.print(`Slipway is running at ${terminal.paint('bold', server.url)}`)
    if (!isOwned) terminal.print(howToLogIn(terminal, server.logInLink))
    terminal.print(terminal.paint('dim', `Data in ${dataDir}. Token: slipway token. Stop with Ctrl-C.`))
    const shown = isOwned ? Promise.resolve() : show(flags, terminal, stopping, server.logInLink)
    if (!stopping.aborted) await once(stopping, 'abort')
    terminal.note('Stopping; unfinished jobs are kept. Ctrl-C again stops at once.')
    await Promise.all([shown, stopInTime(server)])
  } catch (error) {
    await notifyParent({
      failed: sentence(error),
      taken: error instanceof AppError && error.code === 'data_dir_in_use',
    })
    // A refusal to start throws a plain error with its reason; a bug has an error type of its own (TypeError …).
    throw error instanceof Error && error.name === 'Error' && !('code' in error)
      ? new Failure(error.message, { cause: error })
      : error
  }
  interrupt.close()
}

/**
 * Returns log-in instructions. A link is printed only to a terminal: output to a file or a journal is kept, so no secret is
 * written to it.
 */
function howToLogIn(terminal: Terminal, logInLink: () => string): string {
  return terminal.isLive
    ? `Log in, once within ten minutes, with ${logInLink()}`
    : 'Log in with the link that `slipway token --link` prints.'
}

/** Builds the web interface, and opens it in a browser where there is a display. */
async function show(
  flags: Flags,
  terminal: Terminal,
  stopping: AbortSignal,
  logInLink: () => string,
): Promise<void> {
  if (flags.build) await buildWeb(terminal, stopping)
  const opener = browserOpener(process.platform, cliDefaults().hasDisplay)
  if (flags.open && opener !== null && terminal.isLive && !stopping.aborted) openBrowser(opener, logInLink())
}

/** Returns a signal that aborts when the channel to the parent command breaks, because the server then has no user. */
function parentExit(): AbortSignal {
  const controller = new AbortController()
  if (process.connected) process.once('disconnect', () => controller.abort())
  return controller.signal
}

/** Resolves when the message has been sent: this process may exit immediately afterwards. */
async function notifyParent(message: StartMessage): Promise<void> {
  if (!process.connected) return
  // The channel can break at this moment; the disconnect handler covers that case.
  await new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()))
}

async function refuseSecond(dataDir: string): Promise<void> {
  const record = await readServerRecord(dataDir)
  if (record === null || record.pid === process.pid) return
  throw new AppError(
    'data_dir_in_use',
    `a server is already running on ${dataDir}: ${record.url} (process ${record.pid}): use it, stop it first, or pass another --data-dir`,
  )
}

async function stopInTime(server: { stop(): Promise<void> }): Promise<void> {
  await waitFor(server.stop(), { ms: stopLimitMs }, () => {
    throw new Failure(`the server did not stop within ${stopLimitMs / 1000} s`)
  })
}
