import type { SessionUpdate } from '../../agents/backend.ts'
import type { Profile } from '../../agents/profile.ts'
import { lastLines, readUsageLimit } from '../../agents/usage-limit.ts'
import type { HeldBack } from '../../domain/model.ts'
import { isoTime } from '../../lib/clock.ts'

/** Hears in a session whether the subscription of its agent is used up. */
export interface LimitListener {
  readonly add: (update: SessionUpdate) => void
  /** A turn begins: what was said before is no part of it. */
  readonly beginTurn: () => void
  /**
   * What the attempt waits for when its turn was nothing but the notice of a limit, or failed with one; null otherwise. `error`:
   * how it failed, null when it ended of its own accord.
   */
  readonly held: (error: string | null) => HeldBack | null
}

/** How long is waited where the agent does not say when its limit ends. */
const UNTOLD_MS = 3_600_000
/** A limit whose end has just passed, or is told to be farther away than any subscription's, is asked again then. */
const SHORTEST_MS = 1000
const LONGEST_MS = 8 * 24 * 3_600_000
/** Of what is said in a turn, what is kept to look at. */
const KEPT_CHARS = 2000

export function listenForLimit(profile: Profile, backend: string): LimitListener {
  let said = ''
  let acted = false
  return {
    beginTurn() {
      said = ''
      acted = false
    },
    add(update) {
      if (update.kind === 'tool_call') acted = true
      if (update.kind === 'message' || update.kind === 'thought')
        said = (said + update.text).slice(-KEPT_CHARS)
    },
    held(error) {
      const now = Date.now()
      const read = (text: string, isError: boolean): ReturnType<typeof readUsageLimit> =>
        readUsageLimit(text, { isError, wording: profile.limitWording ?? null, now })
      const limit =
        error === null
          ? acted
            ? null
            : read(said, false)
          : (read(error, true) ?? read(lastLines(said), false))
      if (limit === null) return null
      const untold = limit.until === null
      const until = Math.min(now + LONGEST_MS, Math.max(now + SHORTEST_MS, limit.until ?? now + UNTOLD_MS))
      const when = untold ? 'is reached' : `resets at ${clockOf(until, now)}`
      return {
        for: 'provider',
        backend,
        on: `${profile.displayName}: its ${limit.what} ${when}`,
        until: isoTime(new Date(until)),
      }
    },
  }
}

/** A moment on the clock of this machine, with its day where that is not today. */
function clockOf(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)]
  const two = (part: number): string => String(part).padStart(2, '0')
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`
  if (then.toDateString() === today.toDateString()) return clock
  return `${clock} on ${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`
}
