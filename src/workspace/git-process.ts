import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'

/** One run of git: its arguments, complete environment, and limits. */
export interface GitRun {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array | undefined
  readonly timeoutMs: number
  /** Of output and error each. */
  readonly maxBytes: number
}

export interface GitRan {
  /** Null when it was ended or could not be started. */
  readonly exitCode: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Why there is no exit code: `ENOENT`, `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`, or the signal that ended it. */
  readonly trouble: string | null
}

interface Helper {
  readonly process: ChildProcess
  readonly underway: Map<number, PromiseWithResolvers<GitRan>>
}

let helper: Helper | null = null
let runs = 0

/**
 * Runs git in the small process that is there for it, started with the first run; it does not keep this one alive. A
 * `signal` asks git to stop. Rejects when that process itself has ended; the next run starts another.
 */
export function runGit(run: GitRun, signal?: AbortSignal): Promise<GitRan> {
  const used = (helper ??= startHelper())
  const id = (runs += 1)
  const ran = Promise.withResolvers<GitRan>()
  const stop = (): void => {
    if (used.process.connected) used.process.send({ do: 'stop', id })
  }
  used.underway.set(id, ran)
  used.process.channel?.ref()
  used.process.send({ do: 'run', id, ...run })
  if (signal?.aborted === true) stop()
  signal?.addEventListener('abort', stop, { once: true })
  return ran.promise.finally(() => {
    signal?.removeEventListener('abort', stop)
    used.underway.delete(id)
    if (used.underway.size === 0) used.process.channel?.unref()
  })
}

function startHelper(): Helper {
  const fresh: Helper = {
    process: fork(path.join(import.meta.dirname, 'git-helper.mjs'), [], {
      env: {},
      execArgv: ['--max-semi-space-size=1'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    }),
    underway: new Map(),
  }
  const fail = (cause?: unknown): void => {
    if (helper === fresh) helper = null
    for (const { reject } of fresh.underway.values())
      reject(new Error('the process that runs git has ended', { cause }))
  }
  fresh.process.unref()
  fresh.process.on('message', ({ id, ...ran }: GitRan & { readonly id: number }) =>
    fresh.underway.get(id)?.resolve(ran),
  )
  fresh.process.once('exit', () => fail())
  // It could not be started, or was gone before it was told.
  fresh.process.on('error', fail)
  return fresh
}
