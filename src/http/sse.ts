import type { Context } from 'hono'
import { clock } from '../lib/clock.ts'
import { startInterval } from '../lib/timers.ts'

/** One message of an event stream; the client resumes from `id`. */
export interface SseMessage {
  readonly id?: number
  readonly data: unknown
}

/**
 * The heartbeat interval in ms; a client that receives nothing for longer than this, plus a margin, treats the connection as
 * dead.
 */
const HEARTBEAT_MS = 2000
/** The maximum time in ms for which a client may read nothing while data is waiting. */
const STALLED_MS = 60_000

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
}

/**
 * Responds with an event stream as defined by the HTML standard. A client reads at its own pace: more messages are requested
 * when less than `bufferBytes` are waiting. A client that reads nothing for `stalledMs` is disconnected, and resumes from
 * its last id. The stream sends a heartbeat every `heartbeatMs`, and ends when the session that opened it has ended.
 */
export function eventStream(
  c: Context,
  bufferBytes: number,
  messages: (signal: AbortSignal) => AsyncIterable<readonly SseMessage[]>,
  { heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS }: { heartbeatMs?: number; stalledMs?: number } = {},
): Response {
  // The stream of a HEAD has no reader, and so would never end.
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const ended = new AbortController()
  c.req.raw.signal.addEventListener('abort', () => ended.abort(), { once: true })
  let open: OpenStream
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        open = { controller, ended, hasRoom: Promise.withResolvers(), drainedAt: clock.steady() }
        // Without authentication (in a test) every client stays admitted.
        const isStillAdmitted = c.get('isStillAdmitted') ?? (() => Promise.resolve(true))
        keepAlive(open, isStillAdmitted, { heartbeatMs, stalledMs })
        carry(open, messages(ended.signal))
          .then(() => close(open))
          .catch((error: unknown) => fail(open, error))
      },
      pull() {
        open.drainedAt = clock.steady()
        open.hasRoom.resolve()
      },
      cancel() {
        ended.abort()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  )
  ended.signal.addEventListener('abort', () => open.hasRoom.resolve(), { once: true })
  return new Response(stream, { headers })
}

/** A stream with a reader, until `ended` is aborted. */
interface OpenStream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  readonly ended: AbortController
  /** Resolves when more may be sent, or the stream has ended. */
  hasRoom: PromiseWithResolvers<void>
  /** The time when the client last read something, or nothing was waiting. */
  drainedAt: number
}

const encoder = new TextEncoder()

async function carry(open: OpenStream, batches: AsyncIterable<readonly SseMessage[]>): Promise<void> {
  send(open, ': open\n\n')
  for await (const batch of batches) {
    for (const { id, data } of batch) {
      await room(open)
      send(open, `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)
    }
    await room(open)
    if (open.ended.signal.aborted) return
  }
}

/** Waits until the client has read enough of the sent data. */
async function room(open: OpenStream): Promise<void> {
  while (isFull(open) && !open.ended.signal.aborted) {
    open.hasRoom = Promise.withResolvers()
    await open.hasRoom.promise
  }
}

function isFull(open: OpenStream): boolean {
  return (open.controller.desiredSize ?? 0) <= 0
}

/** Sends heartbeats while the client is admitted and reading. */
function keepAlive(
  open: OpenStream,
  isStillAdmitted: () => Promise<boolean>,
  { heartbeatMs, stalledMs }: { heartbeatMs: number; stalledMs: number },
): void {
  const beat = async (): Promise<void> => {
    if (!(await isStillAdmitted())) return close(open)
    if (!isFull(open)) open.drainedAt = clock.steady()
    else if (clock.steady() - open.drainedAt > stalledMs)
      return fail(open, new Error(`the client has read nothing for ${stalledMs / 1000} s`))
    // Data that is waiting to be read already proves that the stream is alive.
    if (!isFull(open)) send(open, ': alive\n\n')
  }
  const heartbeat = startInterval(heartbeatMs, () => {
    beat().catch((error: unknown) => fail(open, error))
  })
  open.ended.signal.addEventListener('abort', () => heartbeat.stop(), { once: true })
}

function send(open: OpenStream, text: string): void {
  if (!open.ended.signal.aborted) open.controller.enqueue(encoder.encode(text))
}

function close(open: OpenStream): void {
  if (open.ended.signal.aborted) return
  open.ended.abort()
  open.controller.close()
}

function fail(open: OpenStream, error: unknown): void {
  if (open.ended.signal.aborted) return
  open.ended.abort()
  open.controller.error(error)
}
