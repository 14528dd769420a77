import { Transform } from 'node:stream'
import type { OutgoingHttpHeaders } from 'node:http'

/** Returns a replacement of the same length as the key, so that content lengths stay correct. */
function stars(key: string): string {
  return '*'.repeat(key.length)
}

/** The minimum length of a secret: local servers accept words such as `ollama`, which responses may contain. */
const SHORTEST_KEY = 16

/** Returns the key if it must be hidden in responses; null when there is nothing to hide. */
export function secretOf(key: string | null): string | null {
  return key !== null && key.length >= SHORTEST_KEY ? key : null
}

function hideKey(text: string, key: string): string {
  return text.replaceAll(key, stars(key))
}

/** Returns the headers with the key replaced. */
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
 * Returns a transform that replaces the key, even if it is split over chunks. Bytes that may be the beginning of the key are
 * held back until the next chunk; everything else passes immediately.
 */
export function keyHider(key: string): Transform {
  const needle = Buffer.from(key)
  const instead = Buffer.from(stars(key))
  let back: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const bytes = back.length === 0 ? chunk : Buffer.concat([back, chunk])
      const clean = replaced(bytes, needle, instead)
      const kept = beginningAtEnd(clean, needle)
      back = clean.subarray(clean.length - kept)
      done(null, clean.subarray(0, clean.length - kept))
    },
    flush(done) {
      done(null, back)
    },
  })
}

function replaced(bytes: Buffer, needle: Buffer, instead: Buffer): Buffer {
  let at = bytes.indexOf(needle)
  if (at === -1) return bytes
  const copy = Buffer.from(bytes)
  for (; at !== -1; at = copy.indexOf(needle, at + needle.length)) instead.copy(copy, at)
  return copy
}

/** Returns the number of bytes at the end that are a beginning of `wanted`. */
function beginningAtEnd(bytes: Buffer, needle: Buffer): number {
  const longest = Math.min(bytes.length, needle.length - 1)
  for (let length = longest; length > 0; length -= 1)
    if (bytes.subarray(bytes.length - length).equals(needle.subarray(0, length))) return length
  return 0
}
