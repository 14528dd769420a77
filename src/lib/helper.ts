import type { ChildProcess } from 'node:child_process'
import { AppError } from './app-error.ts'

/**
 * A small process beside this one that does what a large one does badly, such as starting others. There is one at a time,
 * started when it is needed. One that ended, or that is silent while it has something to do, is replaced; what it was doing
 * fails with an error that `isHelperGone` knows.
 */
export interface Helper {
  /** The process that lives. Waits where the ones before it died young, longer each time. */
  get(): Promise<ChildProcess>
  /** Lets it end, by force when it does not. Whoever asks for one later has another. */
  end(): Promise<void>
  /** As `end`; from then on there is none. */
  close(): Promise<void>
}

export interface HelperOptions {
  /** What it is called at the beginning of a sentence: "The process that …". */
  readonly name: string
  /** Starts one that answers every message `{do: 'ping'}`. */
  readonly start: () => ChildProcess
  /** Whether somebody waits for an answer of it. */
  readonly isBusy: () => boolean
  /** Hears the end of each, before the next one is started. */
  readonly onGone: (why: AppError) => void
  /** Times in milliseconds, for tests. */
  readonly times?: Partial<HelperTimes>
}

interface HelperTimes {
  /** Between two pings while it is busy. */
  readonly pingMs: number
  /** How many of them in a row may stay without an answer. Counted, because this process may itself have slept. */
  readonly unanswered: number
  readonly closeMs: number
}

const standardTimes: HelperTimes = { pingMs: 1000, unanswered: 6, closeMs: 3000 }
/** One that lived this long has not died young. */
const YOUNG_MS = 10_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000

export function isHelperGone(error: unknown): boolean {
  if (error instanceof AppError && error.code === 'helper_gone') return true
  return error instanceof Error && error.cause !== undefined && isHelperGone(error.cause)
}

/** Opens the place of a helper; the first is started when somebody asks for it. */
export function openHelper(options: HelperOptions): Helper {
  const times = { ...standardTimes, ...options.times }
  let current: Living | null = null
  let starting: Promise<ChildProcess> | null = null
  let closed = false
  let diedYoung = 0

  const start = async (): Promise<ChildProcess> => {
    const wait = diedYoung < 2 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (diedYoung - 2))
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    if (closed) throw new Error('the server is stopping: nothing new is started')
    const bornAt = performance.now()
    const fresh = watch(options, times, () => {
      if (current === fresh) current = null
      diedYoung = performance.now() - bornAt < YOUNG_MS ? diedYoung + 1 : 0
    })
    current = fresh
    return fresh.child
  }
  const end = async (): Promise<void> => {
    if (current !== null) await letEnd(current.child, times.closeMs)
  }
  return {
    get() {
      if (current?.child.connected === true) return Promise.resolve(current.child)
      current?.gone()
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
  /** To be called when it is known to have ended. */
  readonly gone: (cause?: unknown) => void
}

/** Starts a helper and ends it when it is silent; `onGone` is called once, before those who wait for it are told. */
function watch(options: HelperOptions, times: HelperTimes, onGone: () => void): Living {
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
  // Several things tell of one end, and by the last of them another helper may be there.
  const gone = (cause?: unknown): void => {
    if (isGone) return
    isGone = true
    clearInterval(watching)
    onGone()
    const sentence = `${options.name} has ended and is started again: try again.`
    options.onGone(new AppError('helper_gone', sentence, { cause }))
  }
  child.on('message', () => {
    unanswered = 0
  })
  child.once('exit', () => gone())
  // It could not be started, or was gone before it was told.
  child.on('error', gone)
  return { child, gone }
}

/** Lets a helper end, by force when it does not. */
async function letEnd(child: ChildProcess, ms: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.connected) child.disconnect()
  const late = setTimeout(() => child.kill('SIGKILL'), ms)
  await exited
  clearTimeout(late)
}
