import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** How long a stream may stay open after the end of its process; who was started by it may hold it. */
const DRAIN_MS = 1000

/**
 * Resolves when everything that an ended process wrote has been read: the news of its end may overtake its last words.
 * Somebody must be reading the streams.
 */
export async function drained(...streams: readonly Readable[]): Promise<void> {
  const over = new AbortController()
  const ends = Promise.allSettled(streams.map((stream) => finished(stream, { writable: false })))
  await Promise.race([ends, delay(DRAIN_MS, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
}
