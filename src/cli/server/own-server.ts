/**
 * A server for the duration of one command: `slipway start` as a child process. It never outlives the command: the child
 * stops gracefully on request, and also when the channel to it breaks, so that even `kill -9` of the command leaves no
 * server behind. Its log is `server.log` in the data directory.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { open, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { programFile } from '../../lib/program-files.ts'
import { startTimer } from '../../lib/timers.ts'
import { waitFor } from '../../lib/waiting.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { cleanBlock } from '../screen/clean-text.ts'
import { Failure } from '../failure.ts'

/** The one message from the child over the channel: its address, or why it failed to start. */
export const StartMessage = z.union([
  z.object({ ready: z.string() }),
  z.object({ failed: z.string(), taken: z.boolean().default(false) }),
])
export type StartMessage = z.infer<typeof StartMessage>

/** Thrown when another server uses the data directory, or is just starting on it. */
export class DirectoryInUse extends Failure {}

export interface OwnServer {
  readonly url: string
  /** Rejects when the child ends without being asked to. */
  readonly ended: Promise<never>
  /** Stops gracefully; after 30 s the process is killed. Safe to call twice. */
  stop(): Promise<void>
}

export interface OwnServerOptions {
  readonly dataDir: string
  /** 0: a server that answers requests but starts no work. */
  readonly workers?: number
}

const startLimitMs = 60_000
const stopLimitMs = 30_000
/** The size in bytes above which a log is replaced by a new one. */
const logLimitBytes = 5_000_000

export async function startOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  makeDirectory(options.dataDir)
  const logFile = path.join(options.dataDir, 'server.log')
  const log = await open(logFile, (await sizeOf(logFile)) > logLimitBytes ? 'w' : 'a', 0o600)
  const logStart = (await log.stat()).size
  const child = fork(programFile('slipway'), startArguments(options), {
    // In a process group of its own: Ctrl-C in the terminal reaches only the command, which then decides about the server.
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  })
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
  await log.close()
  const started = await firstMessage(child, exited)
  if ('failed' in started) {
    await stopChild(child, exited)
    const Refused = started.taken ? DirectoryInUse : Failure
    throw new Refused(`the server did not start: ${started.failed}`, {
      hint: await logHint(logFile, logStart, started.failed),
    })
  }
  let stopping = false
  const ended = exited.then((exitReason) =>
    stopping ? new Promise<never>(() => {}) : fail(exitReason, logFile),
  )
  // Prevents an unhandled rejection while the caller awaits something else.
  ended.catch(() => undefined)
  return {
    url: started.ready,
    ended,
    stop: async () => {
      stopping = true
      await stopChild(child, exited)
    },
  }
}

function startArguments(options: OwnServerOptions): string[] {
  const workers = options.workers === undefined ? [] : ['--workers', String(options.workers)]
  return ['start', '--port', '0', '--data-dir', options.dataDir, ...workers]
}

function fail(exitReason: string, logFile: string): never {
  throw new Failure(`the server ended by itself (${exitReason})`, {
    hint: `its log is ${logFile}; accepted jobs continue when it runs again`,
  })
}

async function firstMessage(child: ChildProcess, exited: Promise<string>): Promise<StartMessage> {
  const message = Promise.withResolvers<StartMessage>()
  child.once('message', (value) => message.resolve(StartMessage.parse(value)))
  const earlyExit = exited.then((exitReason): StartMessage => ({
    failed: `it ended at once (${exitReason})`,
    taken: false,
  }))
  return waitFor(Promise.race([message.promise, earlyExit]), { ms: startLimitMs }, () => ({
    failed: `it was not ready within ${startLimitMs / 1000} s`,
    taken: false,
  }))
}

async function stopChild(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const timer = startTimer(stopLimitMs, () => child.kill('SIGKILL'))
  await exited
  timer.stop()
  if (child.connected) child.disconnect()
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

/** Returns the path of the log, with its last lines of this start if they contain more than the reason. */
async function logHint(logFile: string, from: number, reason: string): Promise<string> {
  const written = (await readFile(logFile)).subarray(from).toString('utf8')
  const tail = cleanBlock(written).trimEnd().split('\n').slice(-8).join('\n')
  return tail === '' || tail.includes(reason)
    ? `its log is ${logFile}`
    : `its log is ${logFile}, and ends:\n${tail}`
}
