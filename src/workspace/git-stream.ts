import { spawn } from 'node:child_process'
import { pipeline, type Readable } from 'node:stream'
import { environment, switches } from './git.ts'

export interface GitStreamOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What git reads; nothing unless told. */
  readonly input?: Readable | null
  /** Ends the process. */
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Hears once that the process has gone. */
  readonly onClose?: () => void
}

/**
 * Runs git on a repository of the server's own and returns its output as a stream, which breaks when git fails or takes longer
 * than `timeoutMs`. For output that is too large to hold; all else goes through `git`.
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
  child.once('error', (error) => child.stdout.destroy(error))
  child.once('close', (code) => {
    onClose?.()
    if (code !== 0 && !child.stdout.destroyed) child.stdout.destroy(new Error(`git ended with ${code}`))
  })
  // What breaks is told to whoever reads the answer. Git may stop reading before the input has ended.
  child.stdout.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  if (input === null) child.stdin.end()
  else pipeline(input, child.stdin, () => undefined)
  return child.stdout
}
