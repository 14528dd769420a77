import { addAbortListener } from 'node:events'
import { openAwakeTimer } from './awake-timer.ts'
import { startTimer, type Timer } from './timers.ts'

/**
 * Waiting with a bound. Whatever ends a wait, no listener and no timer of it is left: a signal may live for as long as the
 * server, and is waited for thousands of times.
 */

/** What ends a wait before its work has settled. */
export interface Bounds {
  readonly signal?: AbortSignal
  /** The maximum time in ms. */
  readonly ms?: number
  /** The maximum time in ms during which this process is awake: for work that is paused while the machine sleeps. */
  readonly awakeMs?: number
}

export type WaitEnd = 'aborted' | 'late'

/**
 * Settles as `work` does, or as `onEnd` does when a bound is reached first. `onEnd` returns the result in place of the
 * work's, or throws; it should do nothing else, because it may be called although the work has just settled.
 */
export async function waitFor<T, U>(
  work: Promise<T>,
  { signal, ms, awakeMs }: Bounds,
  onEnd: (end: WaitEnd) => U,
): Promise<T | U> {
  const ended = Promise.withResolvers<WaitEnd>()
  const late = (): void => ended.resolve('late')
  const timer = ms === undefined ? null : startTimer(ms, late)
  const awake = awakeMs === undefined ? null : openAwakeTimer(awakeMs, late)
  const stopListening = signal === undefined ? null : onAbort(signal, () => ended.resolve('aborted'))
  try {
    return await Promise.race([work, ended.promise.then(onEnd)])
  } finally {
    timer?.stop()
    awake?.stop()
    stopListening?.()
  }
}

/**
 * Calls `callback` once, when the signal aborts or because it has aborted, but never before this returns. The returned function
 * takes it back.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let isOver = false
  const listening = addAbortListener(signal, () => {
    if (!isOver) callback()
    isOver = true
  })
  return () => {
    isOver = true
    listening[Symbol.dispose]()
  }
}

/** Returns a signal that aborts `ms` after another one; `end` must be called when it is no longer needed. */
export function abortLater(signal: AbortSignal, ms: number): { readonly signal: AbortSignal; end(): void } {
  const late = new AbortController()
  let timer: Timer | null = null
  const stopListening = onAbort(signal, () => {
    timer = startTimer(ms, () => late.abort(signal.reason))
  })
  return {
    signal: late.signal,
    end() {
      stopListening()
      timer?.stop()
    },
  }
}
