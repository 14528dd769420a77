import { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { SessionError } from '../session/session-error.ts'

/** An agent's output stream, with what was detected in it besides protocol messages. */
export interface InspectedOutput {
  readonly stream: ReadableStream<Uint8Array>
  /** Returns the first line that was not a protocol message; null when there is none, or once a message was read. */
  readonly noise: () => string | null
  /** Rejects when the output cannot be the protocol, or exceeds the maximum size of a session. */
  readonly failed: Promise<never>
}

/** The number of non-message lines, before the first message, after which a program is considered not to be an agent. */
const NOISE_LINES = 20
/** The number of characters inspected of a line that does not end. */
const LINE_CHARS = 10_000

/** Passes an agent's output through unchanged and inspects it for banners, log-in screens and floods, which are not protocol. */
export function inspectOutput(stdout: Readable, maxBytes: number): InspectedOutput {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const decoder = new TextDecoder()
  let bytes = 0
  let spoken = false
  let rest = ''
  let first: string | null = null
  let lines = 0

  const inspect = (chunk: Uint8Array): void => {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (parts.pop() ?? '').slice(0, LINE_CHARS)
    for (const line of parts) {
      if (isMessage(line)) {
        spoken = true
        return
      }
      const printed = printable(line)
      if (printed === '') continue
      first ??= printed
      lines += 1
    }
    if (lines >= NOISE_LINES)
      failure.reject(
        new SessionError(`The agent does not speak the Agent Client Protocol. It printed: ${first}`),
      )
  }
  const stream = toWebBytes(stdout).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes > maxBytes)
          failure.reject(
            new SessionError(
              `The agent flooded its session: it said more than ${Math.round(maxBytes / 1e6)} MB.`,
            ),
          )
        if (!spoken) inspect(chunk)
        controller.enqueue(chunk)
      },
    }),
  )
  return { stream, noise: () => (spoken ? null : first), failed: failure.promise }
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

/** Converts Node's byte stream to a web stream; `Readable.toWeb` types its chunks as `any`. */
function toWebBytes(readable: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(readable) as ReadableStream<Uint8Array>
}
