import { setTimeout as pause } from 'node:timers/promises'
import { vi } from 'vitest'

/** Pauses grow to this: what takes long is not looked at so often that the looking takes the machine. */
const LONGEST_PAUSE_MS = 250

/**
 * Asks again until `ask` gives something other than null, or fails loudly with what was being waited for. The first pause is
 * short and each later one longer, unless `everyMs` says how long all of them are.
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

/** Asks again until `check` does not throw any more; fails with what it threw last. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: AT_ONCE_MS, interval: 20 })
}

/** Lets time pass where time itself is the stimulus: before a kill at a random moment, or while nothing may happen. */
export function letPass(ms: number): Promise<void> {
  return pause(ms)
}
