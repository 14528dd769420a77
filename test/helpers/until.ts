import { setTimeout as pause } from 'node:timers/promises'
import { vi } from 'vitest'

/** The longest pause: long waits poll rarely, so that polling does not load the machine. */
const LONGEST_PAUSE_MS = 250

/**
 * Repeats `ask` until it returns something other than null, or fails with the name of the awaited condition. The pauses
 * grow from a short one, unless `everyMs` sets a fixed pause.
 */
export async function until<T>(
  what: string,
  ms: number,
  ask: () => Promise<T | null>,
  everyMs?: number,
): Promise<T> {
  const deadline = Date.now() + ms
  let wait = everyMs ?? 50
  let last: unknown = null
  while (Date.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== null) return answer
    } catch (error) {
      last = error
    }
    await pause(wait)
    if (everyMs === undefined) wait = Math.min(wait * 1.25, LONGEST_PAUSE_MS)
  }
  throw new Error(
    `${what} did not happen within ${ms} ms${last === null ? '' : `: ${last instanceof Error ? last.message : 'unknown'}`}`,
  )
}

/** How long what should happen at once may take on a busy machine. */
const AT_ONCE_MS = 10_000

/** Repeats `check` until it no longer throws; fails with the last error. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: AT_ONCE_MS, interval: 20 })
}

/** Lets time pass where time itself is the stimulus: before a kill at a random moment, or while nothing may happen. */
export function letPass(ms: number): Promise<void> {
  return pause(ms)
}
