/**
 * Event streams over `fetch`, which exposes what `EventSource` hides: the comments that show that a quiet stream is alive,
 * and the status of an error response. `followStream` reconnects: a stream that breaks, ends or falls silent is opened
 * again, with growing pauses, until the server has been unreachable for longer than `giveUpMs`.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { ApiError, isTransient } from './api-error.ts'
import { send, unreachable, type Endpoint } from './request.ts'

export interface FollowOptions {
  /** Ends the sequence, without an error. */
  readonly signal?: AbortSignal | undefined
  /** The maximum time in ms without any response from the server. Defaults to 60 s. */
  readonly giveUpMs?: number
  /** The time in ms without data (the server sends a comment every 2 s) after which a stream counts as dead. Defaults to 45 s. */
  readonly silenceMs?: number
  /** The first pause in ms before reconnecting; it doubles up to 20 times this. Defaults to 250 ms. */
  readonly pauseMs?: number
  /**
   * Called with `open` at the first bytes of every connection, and with `lost` when one broke or could not be made;
   * `lastDataAt` is the time of the server's last data, in ms since the epoch.
   */
  readonly onConnection?: (state: 'open' | 'lost', lastDataAt: number) => void
}

/** `alive` means that bytes arrived without a complete message. */
export type StreamItem<T> = T | 'alive'

/** The maximum number of characters in one event or line; a longer one breaks the stream. */
const eventLimit = 4_000_000
const headTimeoutMs = 30_000

/**
 * Yields the messages of successive connections made by `connect`, until the signal aborts. Throws when an error is neither
 * `isTransient` nor accepted by `mayRetry`, and after `giveUpMs`.
 */
export async function* followStream<T>(
  connect: () => AsyncGenerator<StreamItem<T>, void, undefined>,
  options: FollowOptions,
  mayRetry: (error: unknown) => boolean = () => false,
): AsyncGenerator<T, void, undefined> {
  const { signal, giveUpMs = 60_000, pauseMs = 250 } = options
  const state: StreamState = { failures: 0, lastDataAt: Date.now() }
  while (!isStopped(signal)) {
    try {
      yield* listen(connect(), state, options)
    } catch (error) {
      if (isStopped(signal)) return
      const isOver = Date.now() - state.lastDataAt > giveUpMs
      if (isOver || !(isTransient(error) || mayRetry(error))) throw error
    }
    if (isStopped(signal)) return
    options.onConnection?.('lost', state.lastDataAt)
    state.failures += 1
    await pause(Math.min(pauseMs * 2 ** (state.failures - 1), pauseMs * 20), signal)
  }
}

/**
 * The state across connections: `lastDataAt` is the time of the server's last data in ms since the epoch, `failures` the number
 * since then.
 */
interface StreamState {
  failures: number
  lastDataAt: number
}

async function* listen<T>(
  connection: AsyncGenerator<StreamItem<T>, void, undefined>,
  state: StreamState,
  options: FollowOptions,
): AsyncGenerator<T, void, undefined> {
  let isOpen = false
  for await (const item of connection) {
    state.lastDataAt = Date.now()
    if (!isOpen) options.onConnection?.('open', state.lastDataAt)
    isOpen = true
    state.failures = 0
    if (item !== 'alive') yield item
  }
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false
}

/** Reads one connection: yields `alive` whenever bytes arrive, and the messages in them. Ends when the server ends the stream. */
export async function* readStream(
  endpoint: Endpoint,
  path: string,
  headers: Readonly<Record<string, string>>,
  options: FollowOptions,
): AsyncGenerator<StreamItem<EventSourceMessage>, void, undefined> {
  const silenceMs = options.silenceMs ?? 45_000
  const closing = new AbortController()
  const signals = options.signal === undefined ? [closing.signal] : [closing.signal, options.signal]
  const response = await send(endpoint, path, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: AbortSignal.any(signals),
    timeoutMs: Math.min(silenceMs, headTimeoutMs),
  })
  if (response.body === null) throw unreachable(endpoint.url, null)
  const arrived: EventSourceMessage[] = []
  const parser = createParser({ maxBufferSize: eventLimit, onEvent: (message) => arrived.push(message) })
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  try {
    for (;;) {
      const chunk = await readWithin(reader, silenceMs, endpoint.url)
      if (chunk === null) return
      yield 'alive'
      parser.feed(decoder.decode(chunk, { stream: true }))
      yield* arrived.splice(0)
    }
  } finally {
    closing.abort()
  }
}

interface ChunkReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
}

/** Reads the next chunk, null at the end; throws an `unreachable` error when the connection breaks or stays silent. */
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

/** Parses a message by the contract; throws an `ApiError` when it does not match. */
export function parseMessage<T>(message: EventSourceMessage, schema: { parse(value: unknown): T }): T {
  try {
    return schema.parse(JSON.parse(message.data))
  } catch (cause) {
    throw new ApiError(0, 'bad_answer', 'the server sent an event that does not match the contract', {
      cause,
    })
  }
}

/** Resolves after `ms`, or immediately when the signal aborts. */
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
