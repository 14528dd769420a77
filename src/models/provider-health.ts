import { setTimeout as pause } from 'node:timers/promises'

/** Why a provider is left alone for a while, shared by all who call it. Times are epoch milliseconds. */
export interface Outage {
  readonly reason: string
  readonly since: number
  readonly until: number
}

/**
 * Remembers which providers fail. While one is left alone nobody calls it; when the time is over one call tries, and the
 * others wait for what comes of it, so that a provider that is down is asked once, not by everybody.
 */
export interface ProviderHealth {
  /**
   * Waits until a call may go out, at most until `deadline`. An outage that lasts longer is returned; null: go, and call
   * `done` whatever comes of it. Rejects when the signal fires.
   */
  admit(provider: string, deadline: number, signal: AbortSignal): Promise<Outage | null>
  /** `beganAt` is when the call went out: those that were out together have failed together, which counts once. */
  failed(provider: string, reason: string, retryAfterMs: number | null, beganAt: number): Outage
  succeeded(provider: string): void
  /** The call that was admitted is over, however it went. */
  done(provider: string): void
  /** The outage that holds now; null when calls may be tried. */
  outage(provider: string): Outage | null
}

interface Entry extends Outage {
  readonly failures: number
  readonly lastAt: number
  /** Settles when the call that tries again is over. */
  trial: PromiseWithResolvers<void> | null
}

const LONGEST_MS = 300_000
/** A provider may ask for this much patience and no more. */
const LONGEST_ASKED_MS = 24 * 3_600_000

export function openProviderHealth(baseMs: number): ProviderHealth {
  const entries = new Map<string, Entry>()
  return {
    async admit(provider, deadline, signal) {
      for (;;) {
        signal.throwIfAborted()
        const entry = entries.get(provider)
        if (entry === undefined) return null
        const now = Date.now()
        if (entry.until > now) {
          if (entry.until > deadline) return outageOf(entry)
          await pause(entry.until - now, undefined, { signal })
        } else if (entry.trial === null) {
          entry.trial = Promise.withResolvers()
          return null
        } else {
          const late = await Promise.race([
            entry.trial.promise.then(() => false),
            pause(Math.max(0, deadline - now), true, { signal }),
          ])
          if (late) return outageOf(entry)
        }
      }
    },
    failed(provider, reason, retryAfterMs, beganAt) {
      const before = entries.get(provider)
      const now = Date.now()
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
      return entry === undefined || entry.until <= Date.now() ? null : outageOf(entry)
    },
  }
}

function outageOf({ reason, since, until }: Entry): Outage {
  return { reason, since, until }
}
