/** The small fields of a large JSON object, and the byte range of each field's value. */
export interface Skimmed {
  readonly fields: Record<string, unknown>
  readonly offsets: ReadonlyMap<string, { readonly start: number; readonly end: number }>
}

/** A value of more bytes is skipped. */
const SMALL_BYTES = 65_536
const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COMMA, COLON] = Buffer.from('"\\{}[],:')

/**
 * Scans the top-level object of a JSON text without parsing all of it: the large part of a request is the conversation,
 * which is not needed here. Returns null when the scanned part is not an object.
 */
export function skimJson(bytes: Buffer): Skimmed | null {
  const offsets = new Map<string, { start: number; end: number }>()
  let at = skipSpace(bytes, 0)
  if (bytes[at] !== OPEN) return null
  at = skipSpace(bytes, at + 1)
  while (bytes[at] === QUOTE) {
    const nameEnd = endOfText(bytes, at)
    const colon = nameEnd === null ? -1 : skipSpace(bytes, nameEnd)
    if (nameEnd === null || bytes[colon] !== COLON) return null
    const start = skipSpace(bytes, colon + 1)
    const end = endOfValue(bytes, start)
    const name = parse(bytes.subarray(at, nameEnd))
    if (end === null || typeof name !== 'string') return null
    offsets.set(name, { start, end })
    at = skipSpace(bytes, end)
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1)
    else break
  }
  if (bytes[at] !== CLOSE) return null
  const small = [...offsets].filter(([, { start, end }]) => end - start <= SMALL_BYTES)
  return {
    fields: Object.fromEntries(
      small.map(([name, { start, end }]) => [name, parse(bytes.subarray(start, end))]),
    ),
    offsets,
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at += 1
  return at
}

/** Returns the position after a string that begins at `from`; null when it has no end. */
function endOfText(bytes: Buffer, from: number): number | null {
  for (let at = bytes.indexOf('"', from + 1); at !== -1; at = bytes.indexOf('"', at + 1)) {
    let slashes = 0
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
  return null
}

function endOfValue(bytes: Buffer, from: number): number | null {
  const first = bytes[from]
  if (first === QUOTE) return endOfText(bytes, from)
  if (first === OPEN || first === OPEN_LIST) return endOfNest(bytes, from)
  let at = from
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== CLOSE && (bytes[at] ?? 0) > 0x20) at += 1
  return at === from ? null : at
}

function endOfNest(bytes: Buffer, from: number): number | null {
  let depth = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      const end = endOfText(bytes, at)
      if (end === null) return null
      at = end
      continue
    }
    if (byte === OPEN || byte === OPEN_LIST) depth += 1
    if (byte === CLOSE || byte === CLOSE_LIST) depth -= 1
    at += 1
    if (depth === 0) return at
  }
  return null
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Returns the same JSON object with one field set. */
export function withField(bytes: Buffer, { offsets }: Skimmed, name: string, value: unknown): Buffer {
  const offset = offsets.get(name)
  const text = JSON.stringify(value)
  if (offset !== undefined)
    return Buffer.concat([bytes.subarray(0, offset.start), Buffer.from(text), bytes.subarray(offset.end)])
  const inside = bytes.indexOf('{') + 1
  const field = `${JSON.stringify(name)}:${text}${offsets.size === 0 ? '' : ','}`
  return Buffer.concat([bytes.subarray(0, inside), Buffer.from(field), bytes.subarray(inside)])
}
