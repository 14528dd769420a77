import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Runs a command as a child in a process group of its own, and ends the whole group when the signal aborts or the command
 * ends, so that no process of it remains. The platform's `spawn` does all of this; a library would add a third to the
 * agent's start time.
 */
export interface CommandResult {
  /** Null when a signal ended the command. */
  readonly exitCode: number | null
  /** Its output; only the end if there was too much. */
  readonly output: string
}

const OUTPUT_CHARS = 20_000
const COMMAND_MS = 120_000

/** Rejects with the signal's reason when it aborts. `command` is run with `sh -c` in `cwd`, for at most `ms`. */
export function runCommand(
  command: string,
  cwd: string,
  signal: AbortSignal,
  ms = COMMAND_MS,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(asError(signal.reason))
    const child = spawn('/bin/sh', ['-c', command], {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = collect(child)
    const limit = setTimeout(() => endGroup(child), ms)
    const onAbort = (): void => endGroup(child)
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = (): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
    }
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('exit', () => endGroup(child))
    child.once('close', (exitCode) => {
      settle()
      if (signal.aborted) reject(asError(signal.reason))
      else resolve({ exitCode, output: printed() })
    })
  })
}

/** Starts a command that only SIGKILL can end. Part of the fault `hang`. */
export function startDeafCommand(cwd: string): ChildProcess {
  return spawn('/bin/sh', ['-c', 'trap "" TERM; sleep 600'], { cwd, detached: true, stdio: 'ignore' })
}

export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: the group has already ended, as intended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.length > OUTPUT_CHARS * 2) text = text.slice(-OUTPUT_CHARS)
    })
  }
  return () => (text.length > OUTPUT_CHARS ? `[...]\n${text.slice(-OUTPUT_CHARS)}` : text)
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
