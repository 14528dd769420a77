import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { waitFor } from '../lib/waiting.ts'

/** The time in ms that a stream may stay open after its process has ended, because a child of the process may hold it. */
const DRAIN_MS = 1000

/**
 * Resolves when all output of an ended process has been read, because its exit may be reported before its last output. The
 * streams must have a reader.
 */
export async function drained(...streams: readonly Readable[]): Promise<void> {
  const ends = Promise.allSettled(streams.map((stream) => finished(stream, { writable: false })))
  await waitFor(ends, { ms: DRAIN_MS }, () => undefined)
}
