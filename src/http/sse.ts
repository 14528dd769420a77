import type { Context } from 'hono'

/** One message of an event stream; `id` is what the client resumes from. */
export interface SseMessage {
  readonly id?: number
  readonly data: unknown
}

/** A reader that hears nothing for longer than this, and some patience, knows that the connection is dead. */
const HEARTBEAT_MS = 2000

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
}

/**
 * An event stream as the HTML standard has it. A client that does not read is cut off once `bufferBytes` wait for it:
 * it resumes from its last id and misses nothing, and it never costs more than that. Every `heartbeatMs` the stream shows
 * that it is alive, and ends when the session it was opened with has ended.
 */
export function eventStream(
  c: Context,
  bufferBytes: number,
  messages: (signal: AbortSignal) => AsyncIterable<readonly SseMessage[]>,
  heartbeatMs = HEARTBEAT_MS,
): Response {
  // Nobody would read the stream of a HEAD, and so nobody would end it.
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const ended = new AbortController()
  c.req.raw.signal.addEventListener('abort', () => ended.abort(), { once: true })
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const open = { controller, ended }
        // A route without a door (in a test) lets everybody stay.
        keepAlive(open, c.get('isStillAdmitted') ?? (() => Promise.resolve(true)), heartbeatMs)
        carry(open, messages(ended.signal))
          .then(() => close(open))
          .catch((error: unknown) => fail(open, error))
      },
      cancel() {
        ended.abort()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  )
  return new Response(stream, { headers })
}

/** A stream that somebody reads, until `ended` is aborted. */
interface OpenStream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  readonly ended: AbortController
}

const encoder = new TextEncoder()

async function carry(open: OpenStream, batches: AsyncIterable<readonly SseMessage[]>): Promise<void> {
  send(open, ': open\n\n')
  for await (const batch of batches) {
    for (const { id, data } of batch)
      send(open, `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)
    if (open.ended.signal.aborted) return
  }
}

/** Says now and then that the stream lives, as long as its reader may read it. */
function keepAlive(open: OpenStream, isStillAdmitted: () => Promise<boolean>, everyMs: number): void {
  const beat = async (): Promise<void> => {
    if (await isStillAdmitted()) send(open, ': alive\n\n')
    else close(open)
  }
  const heartbeat = setInterval(() => {
    beat().catch((error: unknown) => fail(open, error))
  }, everyMs)
  open.ended.signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true })
}

function send(open: OpenStream, text: string): void {
  if (open.ended.signal.aborted) return
  if ((open.controller.desiredSize ?? 0) <= 0) fail(open, new Error('the client reads too slowly'))
  else open.controller.enqueue(encoder.encode(text))
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
