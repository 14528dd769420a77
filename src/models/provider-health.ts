import { clock } from '../lib/clock.ts'
import { pause } from '../lib/timers.ts'
import { waitFor } from '../lib/waiting.ts'

/** Why a provider is not called for a while, shared by all its callers. Times are in ms since the epoch. */
export interface Outage {
  readonly reason: string
  readonly since: number
  readonly until: number
}

/**
 * Tracks which providers fail. During an outage no calls are made; when it is over one call tries, and the others wait for
 * its result, so that a provider that is down is called once, not by every caller.
 */
export interface ProviderHealth {
  /**
   * Waits until a call may be sent, at most until `deadline`. Returns an outage that lasts longer; null means go ahead, and
   * call `done` whatever the result. Rejects when the signal aborts.
   */
  admit(provider: string, deadline: number, signal: AbortSignal): Promise<Outage | null>
  /** `beganAt` is the time when the call was sent: concurrent calls that fail count as one failure. */
  failed(provider: string, reason: string, retryAfterMs: number | null, beganAt: number): Outage
  succeeded(provider: string): void
  /** Reports that the admitted call is over, with any result. */
  done(provider: string): void
  /** Returns the current outage; null when calls may be tried. */
  outage(provider: string): Outage | null
}

interface Entry extends Outage {
  readonly failures: number
  readonly lastAt: number
  /** Settles when the retrying call is over. */
  trial: PromiseWithResolvers<void> | null
}

const LONGEST_MS = 300_000
/** The longest pause in ms that a provider may ask for. */
const LONGEST_ASKED_MS = 24 * 3_600_000

export function openProviderHealth(baseMs: number): ProviderHealth {
  const entries = new Map<string, Entry>()
  return {
    async admit(provider, deadline, signal) {
      for (;;) {
        signal.throwIfAborted()
        const entry = entries.get(provider)
        if (entry === undefined) return null
        const now = clock.now()
        if (entry.until > now) {
          if (entry.until > deadline) return outageOf(entry)
          await pause(entry.until - now, signal)
        } else if (entry.trial === null) {
          entry.trial = Promise.withResolvers()
          return null
        } else {
          const trial = entry.trial.promise.then(() => 'over' as const)
          const end = await waitFor(trial, { signal, ms: deadline - now }, (reason) => reason)
          if (end === 'late') return outageOf(entry)
        }
      }
    },
    failed(provider, reason, retryAfterMs, beganAt) {
      const before = entries.get(provider)
      const now = clock.now()
      const together = before !== undefined && before.lastAt > beganAt
      const failures = (before?.failures ?? 0) + (together ? 0 : 1)
      const backoff = Math.min(baseMs * 2 ** (Math.max(1, failures) - 1), LONGEST_MS)
      const wait = Math.max(backoff, Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS))
      const entry: Entry = {
        reason,
        since: before?.since ?? now,
        until: together ? Math.max(before.until, now + (retryAfterMs ?? 0)) : now + wait,
        failures,
        lastAt: now,
        trial: before?.trial ?? null,
      }
      entries.set(provider, entry)
      return outageOf(entry)
    },
    succeeded(provider) {
      entries.get(provider)?.trial?.resolve()
      entries.delete(provider)
    },
    done(provider) {
      const entry = entries.get(provider)
      if (entry === undefined) return
      entry.trial?.resolve()
      entry.trial = null
    },
    outage(provider) {
      const entry = entries.get(provider)
      return entry === undefined || entry.until <= clock.now() ? null : outageOf(entry)
    },
  }
}

function outageOf({ reason, since, until }: Entry): Outage {
  return { reason, since, until }
}
