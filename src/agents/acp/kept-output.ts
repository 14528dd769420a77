import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'

/** The end of what a command has written, within a bound. */
export interface KeptOutput {
  /** What is kept, and whether something before it is not. */
  read(): { readonly output: string; readonly truncated: boolean }
  /** Bytes that are kept. */
  size(): number
  /** Keeps nothing of it any more, and says why instead. */
  drop(why: string): void
}

/** Characters that are gathered before they are put away: output that comes in crumbs costs no more than other output. */
const PIECE_CHARS = 8192

/** Keeps the last `limit` bytes of what `streams` say, in the order in which it comes; each piece is told to `onData` with its bytes. */
export function keepOutput(
  streams: readonly Readable[],
  limit: number,
  onData: (stream: Readable, bytes: number) => void,
): KeptOutput {
  let pieces: Buffer[] = []
  let bytes = 0
  let crumbs = ''
  let truncated = false
  let dropped: string | null = null
  const putAway = (): void => {
    const piece = Buffer.from(crumbs)
    crumbs = ''
    pieces.push(piece)
    bytes += piece.byteLength
    for (let first = pieces[0]; first !== undefined && bytes - first.byteLength >= limit; first = pieces[0]) {
      pieces.shift()
      bytes -= first.byteLength
      truncated = true
    }
  }
  for (const stream of streams) {
    const decoder = new StringDecoder('utf8')
    stream.on('data', (chunk: Buffer) => {
      onData(stream, chunk.byteLength)
      if (dropped !== null) return
      crumbs += decoder.write(chunk)
      if (crumbs.length >= PIECE_CHARS) putAway()
    })
  }
  return {
    read() {
      if (dropped !== null) return { output: dropped, truncated: true }
      if (crumbs !== '') putAway()
      const whole = Buffer.concat(pieces)
      if (whole.byteLength <= limit) return { output: whole.toString('utf8'), truncated }
      // The end, cut at a character.
      const end = whole.subarray(whole.byteLength - limit).toString('utf8')
      return { output: end.replace(/^\uFFFD+/, ''), truncated: true }
    },
    size: () => bytes + crumbs.length,
    drop(why) {
      pieces = []
      crumbs = ''
      bytes = 0
      dropped = why
    },
  }
}

/** Lets streams be read at most so fast, together. */
export interface Pace {
  readonly take: (stream: Readable, bytes: number) => void
  readonly end: () => void
}

/** After each `bytes` nothing is read for `ms`: whoever writes waits meanwhile, as a pipe makes writers wait. */
export function openPace(bytes: number, ms: number): Pace {
  const paused = new Set<Readable>()
  let left = bytes
  let timer: NodeJS.Timeout | null = null
  const goOn = (): void => {
    timer = null
    left = bytes
    for (const stream of paused) stream.resume()
    paused.clear()
  }
  return {
    take(stream, read) {
      left -= read
      if (left > 0) return
      stream.pause()
      paused.add(stream)
      timer ??= setTimeout(goOn, ms)
    },
    end() {
      if (timer !== null) clearTimeout(timer)
      left = Infinity
      goOn()
      left = Infinity
    },
  }
}
