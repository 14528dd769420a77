import type { SessionUpdate } from '../../agents/backend.ts'
import type { Profile } from '../../agents/profile.ts'
import { lastLines, readUsageLimit } from '../../agents/usage-limit.ts'
import type { AttemptWait } from '../../domain/model.ts'
import { clock, isoTime } from '../../lib/clock.ts'

/** Detects in a session's updates that the subscription of its agent is used up. */
export interface LimitListener {
  readonly add: (update: SessionUpdate) => void
  /** Starts a turn: text from earlier turns no longer counts. */
  readonly beginTurn: () => void
  /**
   * Returns the wait of the attempt when its turn consisted only of the notice of a limit, or failed with one; otherwise
   * null. `error` is the message of the failure, or null when the turn ended by itself.
   */
  readonly wait: (error: string | null) => AttemptWait | null
}

/** The wait in ms when the end of the limit is not known. */
const UNKNOWN_END_MS = 3_600_000
/**
 * Bounds in ms of a wait: the limit's end may just have passed, or lie farther away than any subscription's period. The
 * agent is tried again after that time.
 */
const SHORTEST_MS = 1000
const LONGEST_MS = 8 * 24 * 3_600_000
/** The maximum number of characters of a turn's text kept for inspection. */
const KEPT_CHARS = 2000

export function listenForLimit(profile: Profile, backend: string): LimitListener {
  let turnText = ''
  let acted = false
  return {
    beginTurn() {
      turnText = ''
      acted = false
    },
    add(update) {
      if (update.kind === 'tool_call') acted = true
      if (update.kind === 'message' || update.kind === 'thought')
        turnText = (turnText + update.text).slice(-KEPT_CHARS)
    },
    wait(error) {
      const now = clock.now()
      const read = (text: string, isError: boolean): ReturnType<typeof readUsageLimit> =>
        readUsageLimit(text, { isError, wording: profile.limitWording ?? null, now })
      const limit =
        error === null
          ? acted
            ? null
            : read(turnText, false)
          : (read(error, true) ?? read(lastLines(turnText), true))
      if (limit === null) return null
      const isUnknown = limit.until === null
      const until = Math.min(
        now + LONGEST_MS,
        Math.max(now + SHORTEST_MS, limit.until ?? now + UNKNOWN_END_MS),
      )
      const state = isUnknown ? 'is reached' : `resets at ${clockOf(until, now)}`
      return {
        for: 'provider',
        backend,
        on: `${profile.displayName}: its ${limit.limit} ${state}`,
        until: isoTime(new Date(until)),
      }
    },
  }
}

/** Formats a time as the local clock time of this machine, with the date when it is not today. */
function clockOf(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)]
  const two = (part: number): string => String(part).padStart(2, '0')
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`
  if (then.toDateString() === today.toDateString()) return clock
  return `${clock} on ${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`
}
