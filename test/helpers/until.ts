import { setTimeout as pause } from 'node:timers/promises'

/** Asks again until `ask` gives something other than null, or fails loudly with what was being waited for. */
export async function until<T>(
  what: string,
  ms: number,
  ask: () => Promise<T | null>,
  everyMs = 50,
): Promise<T> {
  const deadline = Date.now() + ms
  let last: unknown = null
  while (Date.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== null) return answer
    } catch (error) {
      last = error
    }
    await pause(everyMs)
  }
  throw new Error(
    `${what} did not happen within ${ms} ms${last === null ? '' : `: ${last instanceof Error ? last.message : 'unknown'}`}`,
  )
}

/** Lets time pass where time itself is the stimulus: before a kill at a random moment, or while nothing may happen. */
export function letPass(ms: number): Promise<void> {
  return pause(ms)
}
