import type { ChildProcess } from 'node:child_process'
import { AppError } from './app-error.ts'
import { clock } from './clock.ts'
import { pause, startTimer } from './timers.ts'

/**
 * A small process next to this one for operations that are slow in a large process, such as spawning. There is one at a
 * time, started when it is needed. One that has ended, or is silent while it is busy, is replaced; its pending operations
 * fail with an error for which `isHelperEnded` is true.
 */
export interface Helper {
  /** Returns the live process. Waits, longer each time, when the previous ones died young. */
  get(): Promise<ChildProcess>
  /** Ends it, by force if necessary. A later `get` starts another one. */
  end(): Promise<void>
  /** Like `end`, and no other one is started afterwards. */
  close(): Promise<void>
}

export interface HelperOptions {
  /** Its name at the beginning of a sentence: "The process that …". */
  readonly name: string
  /** Starts a process that answers every message `{do: 'ping'}`. */
  readonly start: () => ChildProcess
  /** Whether a response of the process is pending. */
  readonly isBusy: () => boolean
  /** Called when a process has ended, before the next one is started. */
  readonly onEnd: (error: AppError) => void
  /** Times in ms, for tests. */
  readonly times?: Partial<HelperTimes>
}

interface HelperTimes {
  /** The interval between two pings while it is busy, in ms. */
  readonly pingMs: number
  /** The number of consecutive pings that may stay unanswered. Counted, because this process may itself have slept. */
  readonly unanswered: number
  readonly closeMs: number
}

const standardTimes: HelperTimes = { pingMs: 1000, unanswered: 6, closeMs: 3000 }
/** A process that lived this long, in ms, has not died young. */
const YOUNG_MS = 10_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000

export function isHelperEnded(error: unknown): boolean {
  if (error instanceof AppError && error.code === 'helper_gone') return true
  return error instanceof Error && error.cause !== undefined && isHelperEnded(error.cause)
}

/** Opens a helper; its first process is started by the first `get`. */
export function openHelper(options: HelperOptions): Helper {
  const times = { ...standardTimes, ...options.times }
  let current: Living | null = null
  let starting: Promise<ChildProcess> | null = null
  let closed = false
  let diedYoung = 0

  const start = async (): Promise<ChildProcess> => {
    const wait = diedYoung < 2 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (diedYoung - 2))
    if (wait > 0) await pause(wait)
    if (closed) throw new Error('the server is stopping: nothing new is started')
    const bornAt = clock.steady()
    const started = watch(options, times, () => {
      if (current === started) current = null
      diedYoung = clock.steady() - bornAt < YOUNG_MS ? diedYoung + 1 : 0
    })
    current = started
    return started.child
  }
  const end = async (): Promise<void> => {
    if (current !== null) await waitForExit(current.child, times.closeMs)
  }
  return {
    get() {
      if (current?.child.connected === true) return Promise.resolve(current.child)
      current?.markEnded()
      starting ??= start().finally(() => {
        starting = null
      })
      return starting
    },
    end,
    async close() {
      closed = true
      await end()
    },
  }
}

interface Living {
  readonly child: ChildProcess
  /** Must be called when the process is known to have ended. */
  readonly markEnded: (cause?: unknown) => void
}

/** Starts a process and kills it when it is silent; `onEnd` is called once, before the pending callers are rejected. */
function watch(options: HelperOptions, times: HelperTimes, onEnd: () => void): Living {
  const child = options.start()
  let isGone = false
  let unanswered = 0
  const watching = setInterval(() => {
    if (!options.isBusy()) unanswered = 0
    else if (unanswered >= times.unanswered) child.kill('SIGKILL')
    else if (child.connected) {
      unanswered += 1
      child.send({ do: 'ping' }, () => undefined)
    }
  }, times.pingMs)
  watching.unref()
  // Several events report one end, and another process may already be running at the last of them.
  const markEnded = (cause?: unknown): void => {
    if (isGone) return
    isGone = true
    clearInterval(watching)
    onEnd()
    const sentence = `${options.name} has ended and is started again: try again.`
    options.onEnd(new AppError('helper_gone', sentence, { cause }))
  }
  child.on('message', () => {
    unanswered = 0
  })
  child.once('exit', () => markEnded())
  // It could not be started, or ended before it received the message.
  child.on('error', markEnded)
  return { child, markEnded }
}

/** Ends a process, by force after `ms` milliseconds. */
async function waitForExit(child: ChildProcess, ms: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.connected) child.disconnect()
  const killTimer = startTimer(ms, () => child.kill('SIGKILL'))
  await exited
  killTimer.stop()
}
