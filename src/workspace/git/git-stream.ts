import { spawn } from 'node:child_process'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { environment, switches } from './git.ts'

export interface GitStreamOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The input of git; empty by default. */
  readonly input?: Readable | null
  /** Ends the process. */
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Called once when the process has ended. */
  readonly onClose?: () => void
}

/**
 * Runs git on a repository of the server and returns its output as a stream, which breaks when git fails or takes longer
 * than `timeoutMs`. For output that is too large for memory; everything else uses `git`.
 */
export function streamGit(args: readonly string[], options: GitStreamOptions): Readable {
  const { env, input = null, signal, timeoutMs, onClose } = options
  const child = spawn('git', ['--no-pager', ...switches, ...args], {
    cwd: '/',
    env: { ...environment, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  // A separate stream, because Node drops unread output of a process that has ended.
  const output = new PassThrough()
  child.once('error', (error) => output.destroy(error))
  child.once('close', (code) => {
    onClose?.()
    if (code !== 0 && !output.destroyed) output.destroy(new Error(`git ended with ${code}`))
  })
  pipeline(child.stdout, output, () => undefined)
  // The reader of the stream receives its errors. Git may stop reading before the input has ended.
  output.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  if (input === null) child.stdin.end()
  else pipeline(input, child.stdin, () => undefined)
  return output
}
