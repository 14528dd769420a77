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
 * it resumes from its last id and misses nothing, and it never costs more than that.
 */
export function eventStream(
  c: Context,
  bufferBytes: number,
  messages: (signal: AbortSignal) => AsyncIterable<readonly SseMessage[]>,
): Response {
  // Nobody would read the stream of a HEAD, and so nobody would end it.
  if (c.req.method === 'HEAD') return new Response(null, { headers })
  const ended = new AbortController()
  const encoder = new TextEncoder()
  c.req.raw.signal.addEventListener('abort', () => ended.abort(), { once: true })
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const heartbeat = setInterval(() => send(': alive\n\n'), HEARTBEAT_MS)
        const send = (text: string): void => {
          if (ended.signal.aborted) return
          if ((controller.desiredSize ?? 0) <= 0) {
            ended.abort()
            controller.error(new Error('the client reads too slowly'))
            return
          }
          controller.enqueue(encoder.encode(text))
        }
        const run = async (): Promise<void> => {
          send(': open\n\n')
          for await (const batch of messages(ended.signal)) {
            for (const message of batch)
              send(
                `${message.id === undefined ? '' : `id: ${message.id}\n`}data: ${JSON.stringify(message.data)}\n\n`,
              )
            if (ended.signal.aborted) return
          }
        }
        run()
          .then(() => {
            if (!ended.signal.aborted) controller.close()
          })
          .catch((error: unknown) => {
            if (!ended.signal.aborted) controller.error(error)
          })
          .finally(() => clearInterval(heartbeat))
          .catch(() => undefined)
        ended.signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true })
      },
      cancel() {
        ended.abort()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  )
  return new Response(stream, { headers })
}
