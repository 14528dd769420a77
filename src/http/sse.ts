import type { Context } from 'hono'

/** One message of an event stream; `id` is what the client resumes from. */
export interface SseMessage {
  readonly id?: number
  readonly data: unknown
}

/** A reader that hears nothing for longer than this, and some patience, knows that the connection is dead. */
const HEARTBEAT_MS = 2000
/** How long a client may take nothing of what waits for it. */
const STALLED_MS = 60_000

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
}

/**
 * An event stream as the HTML standard has it. A client gets everything at its own pace: the next messages are asked for
 * when less than `bufferBytes` wait for it. One that takes nothing for `stalledMs` is cut off, and resumes from its last id.
 * Every `heartbeatMs` the stream shows that it is alive, and ends when the session it was opened with has ended.
 */
export function eventStream(
  c: Context,
  bufferBytes: number,
  messages: (signal: AbortSignal) => AsyncIterable<readonly SseMessage[]>,
  { heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS }: { heartbeatMs?: number; stalledMs?: number } = {},
): Response {
  // Nobody would read the stream of a HEAD, and so nobody would end it.
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const ended = new AbortController()
  c.req.raw.signal.addEventListener('abort', () => ended.abort(), { once: true })
  let open: OpenStream
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        open = { controller, ended, hasRoom: Promise.withResolvers(), drainedAt: performance.now() }
        // A route without a door (in a test) lets everybody stay.
        const isStillAdmitted = c.get('isStillAdmitted') ?? (() => Promise.resolve(true))
        keepAlive(open, isStillAdmitted, { heartbeatMs, stalledMs })
        carry(open, messages(ended.signal))
          .then(() => close(open))
          .catch((error: unknown) => fail(open, error))
      },
      pull() {
        open.drainedAt = performance.now()
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

/** A stream that somebody reads, until `ended` is aborted. */
interface OpenStream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  readonly ended: AbortController
  /** Resolves when more may be sent, or the stream has ended. */
  hasRoom: PromiseWithResolvers<void>
  /** When the client last took something, or nothing waited for it. */
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

/** Waits until the client has taken enough of what was sent. */
async function room(open: OpenStream): Promise<void> {
  while (isFull(open) && !open.ended.signal.aborted) {
    open.hasRoom = Promise.withResolvers()
    await open.hasRoom.promise
  }
}

function isFull(open: OpenStream): boolean {
  return (open.controller.desiredSize ?? 0) <= 0
}

/** Says now and then that the stream lives, as long as its reader may read it and does. */
function keepAlive(
  open: OpenStream,
  isStillAdmitted: () => Promise<boolean>,
  { heartbeatMs, stalledMs }: { heartbeatMs: number; stalledMs: number },
): void {
  const beat = async (): Promise<void> => {
    if (!(await isStillAdmitted())) return close(open)
    if (!isFull(open)) open.drainedAt = performance.now()
    else if (performance.now() - open.drainedAt > stalledMs)
      return fail(open, new Error(`the client has read nothing for ${stalledMs / 1000} s`))
    // What waits to be read says by itself that the stream lives.
    if (!isFull(open)) send(open, ': alive\n\n')
  }
  const heartbeat = setInterval(() => {
    beat().catch((error: unknown) => fail(open, error))
  }, heartbeatMs)
  open.ended.signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true })
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
