import { Transform } from 'node:stream'
import type { OutgoingHttpHeaders } from 'node:http'

/** In place of a key: as long as it, so that no length that was told becomes wrong. */
function stars(key: string): string {
  return '*'.repeat(key.length)
}

/** What is shorter is no secret: local servers take words such as `ollama`, which answers may hold. */
const SHORTEST_KEY = 16

/** The key if answers must not hold it; null when there is nothing to hide. */
export function secretOf(key: string | null): string | null {
  return key !== null && key.length >= SHORTEST_KEY ? key : null
}

function hideKey(text: string, key: string): string {
  return text.replaceAll(key, stars(key))
}

/** Headers without the key. */
export function hideKeyInHeaders(headers: OutgoingHttpHeaders, key: string | null): OutgoingHttpHeaders {
  if (key === null) return headers
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? hideKey(value, key)
        : Array.isArray(value)
          ? value.map((one) => hideKey(one, key))
          : value,
    ]),
  )
}

/**
 * Passes bytes on without the key, also where it comes in pieces. What may be the beginning of the key is kept back until the next
 * piece says whether it is; everything else passes at once.
 */
export function keyHider(key: string): Transform {
  const wanted = Buffer.from(key)
  const instead = Buffer.from(stars(key))
  let back: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const bytes = back.length === 0 ? chunk : Buffer.concat([back, chunk])
      const clean = replaced(bytes, wanted, instead)
      const kept = beginningAtEnd(clean, wanted)
      back = clean.subarray(clean.length - kept)
      done(null, clean.subarray(0, clean.length - kept))
    },
    flush(done) {
      done(null, back)
    },
  })
}

function replaced(bytes: Buffer, wanted: Buffer, instead: Buffer): Buffer {
  let at = bytes.indexOf(wanted)
  if (at === -1) return bytes
  const copy = Buffer.from(bytes)
  for (; at !== -1; at = copy.indexOf(wanted, at + wanted.length)) instead.copy(copy, at)
  return copy
}

/** How many of the last bytes are the beginning of `wanted`. */
function beginningAtEnd(bytes: Buffer, wanted: Buffer): number {
  const longest = Math.min(bytes.length, wanted.length - 1)
  for (let length = longest; length > 0; length -= 1)
    if (bytes.subarray(bytes.length - length).equals(wanted.subarray(0, length))) return length
  return 0
}
