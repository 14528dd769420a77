import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { openHelper } from '../lib/helper.ts'
import { onAbort } from '../lib/waiting.ts'

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

export interface GitRan {
  /** Null when it was ended or could not be started. */
  readonly exitCode: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Why there is no exit code: `ENOENT`, `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`, or the signal that ended it. */
  readonly trouble: string | null
}

const underway = new Map<number, PromiseWithResolvers<GitRan>>()
let runs = 0

const helper = openHelper({
  name: 'The process that runs git',
  start: startHelper,
  isBusy: () => underway.size > 0,
  onGone(why) {
    for (const { reject } of underway.values()) reject(why)
    underway.clear()
  },
})

/**
 * Runs git in its small helper process, which the first run starts and which does not keep this process alive. `signal`
 * tells git to stop. Rejects when the helper has ended or is silent; the next run uses a new one.
 */
export async function runGit(run: GitRun, signal?: AbortSignal): Promise<GitRan> {
  const used = await helper.get()
  const id = (runs += 1)
  const ran = Promise.withResolvers<GitRan>()
  const tell = (message: object): void => {
    if (used.connected) used.send(message, () => undefined)
  }
  const stop = (): void => tell({ do: 'stop', id })
  underway.set(id, ran)
  used.channel?.ref()
  tell({ do: 'run', id, ...run })
  const stopListening = signal === undefined ? null : onAbort(signal, stop)
  try {
    return await ran.promise
  } finally {
    stopListening?.()
    underway.delete(id)
    if (underway.size === 0) used.channel?.unref()
  }
}

/** Ends the helper process that runs git, even when it hangs. It ends with this process, but not while it is stopped. */
export function endGit(): Promise<void> {
  return helper.end()
}

function startHelper(): ChildProcess {
  const fresh = fork(path.join(import.meta.dirname, 'git-helper.mjs'), [], {
    env: {},
    execArgv: ['--max-semi-space-size=1'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  fresh.unref()
  fresh.on('message', ({ id, ...ran }: GitRan & { readonly id: number }) => underway.get(id)?.resolve(ran))
  return fresh
}
