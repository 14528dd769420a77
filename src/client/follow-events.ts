/**
 * A job's events as an endless sequence. Guarantees every event after the cursor, in order, once: a stream that breaks,
 * falls silent or skips events is reopened from the last event yielded (`Last-Event-ID`), with growing pauses. Throws when
 * the server has been unreachable for longer than `giveUpMs`.
 */
import { EventView } from '../contract/events/event.ts'
import { ApiError } from './api-error.ts'
import {
  followStream,
  parseMessage,
  readStream,
  type FollowOptions,
  type StreamItem,
} from './event-stream.ts'
import type { Endpoint } from './request.ts'

/** The maximum number of reconnections that return the same gap. */
const gapLimit = 5

/** Yields the events of `jobId` with `seq > after` until the signal aborts. Throws `ApiError`. */
export async function* followEvents(
  endpoint: Endpoint,
  jobId: string,
  after: number,
  options: FollowOptions = {},
): AsyncGenerator<EventView, void, undefined> {
  const reading: Reading = { cursor: after, gaps: 0 }
  const mayRetry = (error: unknown): boolean => error instanceof GapError && ++reading.gaps < gapLimit
  try {
    yield* followStream(() => readOn(endpoint, jobId, reading, options), options, mayRetry)
  } catch (error) {
    throw error instanceof GapError ? new ApiError(0, 'bad_answer', error.message) : error
  }
}

/** The reading position, across connections. */
interface Reading {
  cursor: number
  gaps: number
}

class GapError extends Error {
  constructor(cursor: number, seq: number) {
    super(`the event stream goes from event ${cursor} to event ${seq}: events are missing`)
  }
}

/** Reads one connection, skipping events already seen; throws when an event is missing. */
async function* readOn(
  endpoint: Endpoint,
  jobId: string,
  reading: Reading,
  options: FollowOptions,
): AsyncGenerator<StreamItem<EventView>, void, undefined> {
  const path = `/api/jobs/${encodeURIComponent(jobId)}/events/stream`
  for await (const item of readStream(endpoint, path, { 'last-event-id': String(reading.cursor) }, options)) {
    if (item === 'alive') {
      yield item
      continue
    }
    const event = parseMessage(item, EventView)
    if (event.seq <= reading.cursor) continue
    if (event.seq > reading.cursor + 1) throw new GapError(reading.cursor, event.seq)
    reading.cursor = event.seq
    reading.gaps = 0
    yield event
  }
}
