import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** The time in ms that a stream may stay open after its process has ended, because a child of the process may hold it. */
const DRAIN_MS = 1000

/**
 * Resolves when all output of an ended process has been read, because its exit may be reported before its last output. The
 * streams must have a reader.
 */
export async function drained(...streams: readonly Readable[]): Promise<void> {
  const over = new AbortController()
  const ends = Promise.allSettled(streams.map((stream) => finished(stream, { writable: false })))
  await Promise.race([ends, delay(DRAIN_MS, undefined, { signal: over.signal }).catch(() => undefined)])
  over.abort()
}
