import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { openHelper } from '../../lib/helper.ts'
import { onAbort } from '../../lib/waiting.ts'

/** One run of git: its arguments, complete environment, and limits. */
export interface GitRun {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array | undefined
  readonly timeoutMs: number
  /** The maximum size of stdout and of stderr. */
  readonly maxBytes: number
}

/** One question to a long-lived git: what it runs with, and the object that is asked about. */
export interface GitQuestion extends Pick<GitRun, 'args' | 'cwd' | 'env' | 'timeoutMs'> {
  readonly command: 'info' | 'contents'
  /** The name of the object, as bytes without NUL. */
  readonly object: Uint8Array
  /** The time in ms after which git ends when it is asked nothing more; half a minute by default. */
  readonly idleMs?: number
}

export interface GitExit {
  /** Null when it was ended or could not be started. */
  readonly exitCode: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Why there is no exit code: `ENOENT`, `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`, or the signal that ended it. */
  readonly trouble: string | null
}

const pending = new Map<number, PromiseWithResolvers<GitExit>>()
let runs = 0

const helper = openHelper({
  name: 'The process that runs git',
  start: startHelper,
  isBusy: () => pending.size > 0,
  onEnd(error) {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  },
})

/**
 * Runs git in its small helper process, which the first run starts and which does not keep this process alive. `signal`
 * asks git to stop. Rejects when the helper has ended or is silent; the next run uses a new one.
 */
export function runGit(run: GitRun, signal?: AbortSignal): Promise<GitExit> {
  return exchange({ do: 'run', ...run }, signal)
}

/**
 * Asks the git that the helper process keeps for these arguments, `cat-file -z --batch-command`; like `runGit` otherwise.
 * The answer is its stdout: "<id> <type> <size>\n" and the contents, or nothing when there is no such object.
 */
export function askGit(question: GitQuestion): Promise<GitExit> {
  return exchange({ do: 'ask', ...question })
}

async function exchange(request: object, signal?: AbortSignal): Promise<GitExit> {
  const used = await helper.get()
  const id = (runs += 1)
  const ran = Promise.withResolvers<GitExit>()
  const send = (message: object): void => {
    if (used.connected) used.send(message, () => undefined)
  }
  const stop = (): void => send({ do: 'stop', id })
  pending.set(id, ran)
  used.channel?.ref()
  send({ id, ...request })
  const stopListening = signal === undefined ? null : onAbort(signal, stop)
  try {
    return await ran.promise
  } finally {
    stopListening?.()
    pending.delete(id)
    if (pending.size === 0) used.channel?.unref()
  }
}

/** Ends the helper process that runs git, even when it hangs. It ends with this process, but not while it is stopped. */
export function endGit(): Promise<void> {
  return helper.end()
}

function startHelper(): ChildProcess {
  const child = fork(path.join(import.meta.dirname, 'git-helper.mjs'), [], {
    env: {},
    execArgv: ['--max-semi-space-size=1'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  child.unref()
  child.on('message', ({ id, ...ran }: GitExit & { readonly id: number }) => pending.get(id)?.resolve(ran))
  return child
}
