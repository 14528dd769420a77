/**
 * A job's events as an endless sequence. Promises: every event after the cursor, in order, once: a broken, silent or
 * skipping stream is opened again from the last event handed out (`Last-Event-ID`), with growing pauses. It gives up,
 * aloud, when the server has been unreachable for longer than `giveUpMs`.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { EventView } from '../contract/event.ts'
import { ApiError, isTransient } from './api-error.ts'
import { send, unreachable, type Endpoint } from './request.ts'

export interface FollowOptions {
  /** Ends the sequence, without an error. */
  readonly signal?: AbortSignal | undefined
  /** The longest time without any answer from the server. 60 s unless told. */
  readonly giveUpMs?: number
  /** A stream on which nothing arrives for this long (the server sends a comment every 15 s) is dead. 45 s unless told. */
  readonly silenceMs?: number
  /** The first pause before connecting again; it doubles up to 20 times this. 250 ms unless told. */
  readonly pauseMs?: number
}

/** More than this many characters in one event, or a line that never ends, break the stream. */
const eventLimit = 4_000_000
/** Reconnections that bring nothing but the same gap. */
const gapLimit = 5

/** Yields the events of `jobId` with `seq > after` until the signal is aborted. Throws `ApiError`. */
export async function* followEvents(
  endpoint: Endpoint,
  jobId: string,
  after: number,
  options: FollowOptions = {},
): AsyncGenerator<EventView, void, undefined> {
  const { signal, giveUpMs = 60_000, pauseMs = 250 } = options
  const reading: Reading = { cursor: after, failures: 0, gaps: 0, heard: Date.now() }
  while (!isStopped(signal)) {
    try {
      yield* readOn(endpoint, jobId, reading, options)
    } catch (error) {
      if (isStopped(signal)) return
      reading.gaps = error instanceof GapError ? reading.gaps + 1 : reading.gaps
      if (!canContinue(error, reading.gaps) || Date.now() - reading.heard > giveUpMs) throw toApiError(error)
    }
    reading.failures += 1
    await pause(Math.min(pauseMs * 2 ** (reading.failures - 1), pauseMs * 20), signal)
  }
}

/** How far the sequence has come, across connections. `heard` is when bytes last arrived, in epoch milliseconds. */
interface Reading {
  cursor: number
  failures: number
  gaps: number
  heard: number
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false
}

class GapError extends Error {
  constructor(cursor: number, seq: number) {
    super(`the event stream goes from event ${cursor} to event ${seq}: events are missing`)
  }
}

function canContinue(error: unknown, gaps: number): boolean {
  return isTransient(error) || (error instanceof GapError && gaps < gapLimit)
}

function toApiError(error: unknown): unknown {
  return error instanceof GapError ? new ApiError(0, 'bad_answer', error.message) : error
}

/** One connection, without what was seen before; throws where something is missing. */
async function* readOn(
  endpoint: Endpoint,
  jobId: string,
  reading: Reading,
  options: FollowOptions,
): AsyncGenerator<EventView, void, undefined> {
  for await (const item of readStream(endpoint, jobId, reading.cursor, options)) {
    reading.heard = Date.now()
    reading.failures = 0
    if (item === 'alive' || item.seq <= reading.cursor) continue
    if (item.seq > reading.cursor + 1) throw new GapError(reading.cursor, item.seq)
    reading.cursor = item.seq
    reading.gaps = 0
    yield item
  }
}

/** One connection: `alive` whenever bytes came, and the events in them. Ends when the server ends the stream. */
async function* readStream(
  endpoint: Endpoint,
  jobId: string,
  cursor: number,
  options: FollowOptions,
): AsyncGenerator<EventView | 'alive', void, undefined> {
  const closing = new AbortController()
  const signals = options.signal === undefined ? [closing.signal] : [closing.signal, options.signal]
  const response = await send(endpoint, `/api/jobs/${encodeURIComponent(jobId)}/events/stream`, {
    headers: { accept: 'text/event-stream', 'last-event-id': String(cursor) },
    signal: AbortSignal.any(signals),
  })
  if (response.body === null) throw unreachable(endpoint.url, null)
  const arrived: EventSourceMessage[] = []
  const parser = createParser({ maxBufferSize: eventLimit, onEvent: (message) => arrived.push(message) })
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  try {
    for (;;) {
      const chunk = await readWithin(reader, options.silenceMs ?? 45_000, endpoint.url)
      if (chunk === null) return
      yield 'alive'
      parser.feed(decoder.decode(chunk, { stream: true }))
      for (const message of arrived.splice(0)) yield parseEvent(message)
    }
  } finally {
    closing.abort()
  }
}

interface ChunkReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
}

/** The next chunk, null at the end; an `unreachable` error when the connection breaks or stays silent. */
async function readWithin(reader: ChunkReader, silenceMs: number, url: string): Promise<Uint8Array | null> {
  const silence = Promise.withResolvers<never>()
  const timer = setTimeout(() => silence.reject(new Error('it fell silent')), silenceMs)
  try {
    const { done, value } = await Promise.race([reader.read(), silence.promise])
    return done ? null : (value ?? new Uint8Array())
  } catch (cause) {
    throw unreachable(url, cause)
  } finally {
    clearTimeout(timer)
  }
}

function parseEvent(message: EventSourceMessage): EventView {
  try {
    return EventView.parse(JSON.parse(message.data))
  } catch (cause) {
    throw new ApiError(0, 'bad_answer', 'the server sent an event that does not fit the contract', { cause })
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
    if (signal?.aborted === true) done()
  })
}
