import { startTimer } from '../lib/timers.ts'
import { onAbort } from '../lib/waiting.ts'

/** Limits the bytes of requests that are held in memory at once, over all agents of a server. */
export interface ByteRoom {
  /** Reserves room, waiting at most `ms`; null when none became free. A request larger than the total reserves all of it. */
  take(bytes: number, signal: AbortSignal, ms: number): Promise<TakenRoom | null>
}

export interface TakenRoom {
  /** Releases all but the given number of bytes; safe to call twice. */
  keep(bytes: number): void
}

interface Waiting {
  readonly bytes: number
  readonly admit: () => void
}

export function openByteRoom(total: number): ByteRoom {
  const waiting = new Set<Waiting>()
  let left = total
  /** In order of arrival, except that a small request need not wait behind a large one. */
  const admitAll = (): void => {
    for (const one of waiting) if (one.bytes <= left) one.admit()
  }
  const taken = (bytes: number): TakenRoom => {
    let held = bytes
    left -= bytes
    return {
      keep(wanted) {
        const kept = Math.min(held, wanted)
        left += held - kept
        held = kept
        admitAll()
      },
    }
  }
  return {
    async take(wanted, signal, ms) {
      const bytes = Math.min(wanted, total)
      if (bytes <= left) return taken(bytes)
      const { promise, resolve } = Promise.withResolvers<TakenRoom | null>()
      const one: Waiting = { bytes, admit: () => end(taken(bytes)) }
      const giveUp = (): void => end(null)
      const timer = startTimer(ms, giveUp)
      const stopListening = onAbort(signal, giveUp)
      const end = (room: TakenRoom | null): void => {
        timer.stop()
        stopListening()
        waiting.delete(one)
        resolve(room)
      }
      waiting.add(one)
      return promise
    },
  }
}
