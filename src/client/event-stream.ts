/**
 * Event streams over `fetch`, which sees what `EventSource` hides: the comments that prove a quiet stream alive, and
 * the status of a refusal. `followStream` holds on: a stream that breaks, ends or falls silent is opened again, with
 * growing pauses, until the server has been unreachable for longer than `giveUpMs`.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { ApiError, isTransient } from './api-error.ts'
import { send, unreachable, type Endpoint } from './request.ts'

export interface FollowOptions {
  /** Ends the sequence, without an error. */
  readonly signal?: AbortSignal | undefined
  /** The longest time without any answer from the server. 60 s unless told. */
  readonly giveUpMs?: number
  /** A stream on which nothing arrives for this long (the server sends a comment every 2 s) is dead. 45 s unless told. */
  readonly silenceMs?: number
  /** The first pause before connecting again; it doubles up to 20 times this. 250 ms unless told. */
  readonly pauseMs?: number
  /**
   * Told `open` with the first bytes of every connection, `lost` when one broke and when one could not be made; `heardAt`
   * is when the server last said anything, in epoch milliseconds.
   */
  readonly onConnection?: (state: 'open' | 'lost', heardAt: number) => void
}

/** `alive` says that bytes came which hold no message yet. */
export type Heard<T> = T | 'alive'

/** More than this many characters in one event, or a line that never ends, break the stream. */
const eventLimit = 4_000_000
const headTimeoutMs = 30_000

/**
 * Everything that the connections made by `connect` say, one after another, until the signal is aborted. An error that
 * `isTransient` and `mayRetry` both refuse ends it, as does `giveUpMs`; both throw.
 */
export async function* followStream<T>(
  connect: () => AsyncGenerator<Heard<T>, void, undefined>,
  options: FollowOptions,
  mayRetry: (error: unknown) => boolean = () => false,
): AsyncGenerator<T, void, undefined> {
  const { signal, giveUpMs = 60_000, pauseMs = 250 } = options
  const hold: Hold = { failures: 0, heard: Date.now() }
  while (!isStopped(signal)) {
    try {
      yield* listen(connect(), hold, options)
    } catch (error) {
      if (isStopped(signal)) return
      const isOver = Date.now() - hold.heard > giveUpMs
      if (isOver || !(isTransient(error) || mayRetry(error))) throw error
    }
    if (isStopped(signal)) return
    options.onConnection?.('lost', hold.heard)
    hold.failures += 1
    await pause(Math.min(pauseMs * 2 ** (hold.failures - 1), pauseMs * 20), signal)
  }
}

/** How the server was last heard, across connections: `heard` in epoch milliseconds, `failures` since then. */
interface Hold {
  failures: number
  heard: number
}

async function* listen<T>(
  connection: AsyncGenerator<Heard<T>, void, undefined>,
  hold: Hold,
  options: FollowOptions,
): AsyncGenerator<T, void, undefined> {
  let isOpen = false
  for await (const item of connection) {
    hold.heard = Date.now()
    if (!isOpen) options.onConnection?.('open', hold.heard)
    isOpen = true
    hold.failures = 0
    if (item !== 'alive') yield item
  }
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false
}

/** One connection: `alive` whenever bytes came, and the messages in them. Ends when the server ends the stream. */
export async function* readStream(
  endpoint: Endpoint,
  path: string,
  headers: Readonly<Record<string, string>>,
  options: FollowOptions,
): AsyncGenerator<Heard<EventSourceMessage>, void, undefined> {
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

/** What a message holds, by the contract; an `ApiError` when it does not fit. */
export function parseMessage<T>(message: EventSourceMessage, schema: { parse(value: unknown): T }): T {
  try {
    return schema.parse(JSON.parse(message.data))
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
