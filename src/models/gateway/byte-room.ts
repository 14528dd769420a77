import { startTimer } from '../../lib/timers.ts'
import { onAbort } from '../../lib/waiting.ts'

/** Limits the bytes of requests that are held in memory at once, over all agents of a server. */
export interface ByteRoom {
  /** Reserves room, waiting at most `ms`; null when none became free. A request larger than the total reserves all of it. */
  reserve(bytes: number, signal: AbortSignal, ms: number): Promise<ReservedRoom | null>
}

export interface ReservedRoom {
  /** Releases all but the given number of bytes; safe to call twice. */
  shrinkTo(bytes: number): void
}

interface Waiting {
  readonly bytes: number
  readonly admit: () => void
}

export function openByteRoom(total: number): ByteRoom {
  const waiting = new Set<Waiting>()
  let available = total
  /** In order of arrival, except that a small request need not wait behind a large one. */
  const admitAll = (): void => {
    for (const waiter of waiting) if (waiter.bytes <= available) waiter.admit()
  }
  const grant = (bytes: number): ReservedRoom => {
    let held = bytes
    available -= bytes
    return {
      shrinkTo(size) {
        const retained = Math.min(held, size)
        available += held - retained
        held = retained
        admitAll()
      },
    }
  }
  return {
    async reserve(size, signal, ms) {
      const bytes = Math.min(size, total)
      if (bytes <= available) return grant(bytes)
      const { promise, resolve } = Promise.withResolvers<ReservedRoom | null>()
      const waiter: Waiting = { bytes, admit: () => end(grant(bytes)) }
      const cancel = (): void => end(null)
      const timer = startTimer(ms, cancel)
      const stopListening = onAbort(signal, cancel)
      const end = (room: ReservedRoom | null): void => {
        timer.stop()
        stopListening()
        waiting.delete(waiter)
        resolve(room)
      }
      waiting.add(waiter)
      return promise
    },
  }
}
