/**
 * A job's events as an endless sequence. Promises: every event after the cursor, in order, once: a broken, silent or
 * skipping stream is opened again from the last event handed out (`Last-Event-ID`), with growing pauses. It gives up,
 * aloud, when the server has been unreachable for longer than `giveUpMs`.
 */
import { EventView } from '../contract/event.ts'
import { ApiError } from './api-error.ts'
import { followStream, parseMessage, readStream, type FollowOptions, type Heard } from './event-stream.ts'
import type { Endpoint } from './request.ts'

/** Reconnections that bring nothing but the same gap. */
const gapLimit = 5

/** Yields the events of `jobId` with `seq > after` until the signal is aborted. Throws `ApiError`. */
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

/** How far the sequence has come, across connections. */
interface Reading {
  cursor: number
  gaps: number
}

class GapError extends Error {
  constructor(cursor: number, seq: number) {
    super(`the event stream goes from event ${cursor} to event ${seq}: events are missing`)
  }
}

/** One connection, without what was seen before; throws where something is missing. */
async function* readOn(
  endpoint: Endpoint,
  jobId: string,
  reading: Reading,
  options: FollowOptions,
): AsyncGenerator<Heard<EventView>, void, undefined> {
  const path = `/api/jobs/${encodeURIComponent(jobId)}/events/stream`
  for await (const heard of readStream(
    endpoint,
    path,
    { 'last-event-id': String(reading.cursor) },
    options,
  )) {
    if (heard === 'alive') {
      yield heard
      continue
    }
    const event = parseMessage(heard, EventView)
    if (event.seq <= reading.cursor) continue
    if (event.seq > reading.cursor + 1) throw new GapError(reading.cursor, event.seq)
    reading.cursor = event.seq
    reading.gaps = 0
    yield event
  }
}
