import { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { SessionError } from '../session/session-error.ts'

/** What is known of an agent's output besides its messages. */
export interface Heeded {
  readonly stream: ReadableStream<Uint8Array>
  /** The first line that was no message of the protocol, before any that was; null while there is none. */
  readonly noise: () => string | null
  /** Rejects when the agent prints what cannot be the protocol, or more than a session may say. */
  readonly trouble: Promise<never>
}

/** Lines that are no messages, before the first that is one, after which a program is taken for no agent. */
const NOISE_LINES = 20
/** Of a line that never ends, what is looked at. */
const LINE_CHARS = 10_000

/** Passes an agent's output on as it is, and looks at it: banners, log-in screens and floods are no protocol. */
export function inspectOutput(stdout: Readable, maxBytes: number): Heeded {
  const trouble = Promise.withResolvers<never>()
  trouble.promise.catch(() => undefined)
  const decoder = new TextDecoder()
  let bytes = 0
  let spoken = false
  let rest = ''
  let first: string | null = null
  let lines = 0

  const look = (chunk: Uint8Array): void => {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (parts.pop() ?? '').slice(0, LINE_CHARS)
    for (const line of parts) {
      if (isMessage(line)) {
        spoken = true
        return
      }
      const words = printable(line)
      if (words === '') continue
      first ??= words
      lines += 1
    }
    if (lines >= NOISE_LINES)
      trouble.reject(
        new SessionError(`The agent does not speak the Agent Client Protocol. It printed: ${first}`),
      )
  }
  const stream = toWebBytes(stdout).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes > maxBytes)
          trouble.reject(
            new SessionError(
              `The agent flooded its session: it said more than ${Math.round(maxBytes / 1e6)} MB.`,
            ),
          )
        if (!spoken) look(chunk)
        controller.enqueue(chunk)
      },
    }),
  )
  return { stream, noise: () => (spoken ? null : first), trouble: trouble.promise }
}

function isMessage(line: string): boolean {
  if (!line.startsWith('{')) return false
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'jsonrpc' in value
  } catch {
    return false
  }
}

function printable(line: string): string {
  return stripVTControlCharacters(line)
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 200)
}

/** Node's byte stream as a web stream; `Readable.toWeb` types its chunks as `any`. */
function toWebBytes(readable: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(readable) as ReadableStream<Uint8Array>
}
