import { setTimeout as wait } from 'node:timers/promises'

/** Timers. The linter refuses every other one outside this room: see clock.ts. */
export interface Timer {
  stop(): void
}

/** The longest time in ms that Node can wait; it takes a longer one for 1 ms. */
const LONGEST_MS = 2 ** 31 - 1

/** Calls `callback` after `ms`, or after 24 days if that is less; a time that is over already counts as none. */
export function startTimer(ms: number, callback: () => void): Timer {
  const timer = setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST_MS))
  return { stop: () => clearTimeout(timer) }
}

/** Calls `callback` every `ms`. */
export function startInterval(ms: number, callback: () => void): Timer {
  const timer = setInterval(callback, ms)
  return { stop: () => clearInterval(timer) }
}

/** Resolves after `ms`; rejects when the signal aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(Math.min(Math.max(ms, 0), LONGEST_MS), undefined, signal === undefined ? {} : { signal })
}

/** Returns a signal that aborts after `ms` and does not keep the process alive. */
export function timeLimit(ms: number): AbortSignal {
  return AbortSignal.timeout(ms)
}
