import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'
import { startTimer, type Timer } from '../../lib/timers.ts'

/** The last part of a command's output, within a size limit. */
export interface KeptOutput {
  /** Returns the kept output, and whether anything before it was dropped. */
  read(): { readonly output: string; readonly truncated: boolean }
  /** Returns the number of bytes kept. */
  size(): number
  /** Discards the kept output and returns `reason` in its place from now on. */
  drop(reason: string): void
}

/** Characters that are buffered before they are stored, so that output in small chunks costs no more than other output. */
const PIECE_CHARS = 8192

/**
 * Keeps the last `limit` bytes of the output of `streams`, in order of arrival; `onData` is called with the bytes of each
 * chunk.
 */
export function keepOutput(
  streams: readonly Readable[],
  limit: number,
  onData: (stream: Readable, bytes: number) => void,
): KeptOutput {
  let pieces: Buffer[] = []
  let bytes = 0
  let pending = ''
  let truncated = false
  let dropped: string | null = null
  const flush = (): void => {
    const piece = Buffer.from(pending)
    pending = ''
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
      pending += decoder.write(chunk)
      if (pending.length >= PIECE_CHARS) flush()
    })
  }
  return {
    read() {
      if (dropped !== null) return { output: dropped, truncated: true }
      if (pending !== '') flush()
      const whole = Buffer.concat(pieces)
      if (whole.byteLength <= limit) return { output: whole.toString('utf8'), truncated }
      // Cut at a character boundary.
      const end = whole.subarray(whole.byteLength - limit).toString('utf8')
      return { output: end.replace(/^\uFFFD+/, ''), truncated: true }
    },
    size: () => bytes + pending.length,
    drop(reason) {
      pieces = []
      pending = ''
      bytes = 0
      dropped = reason
    },
  }
}

/** Limits the combined rate at which streams are read. */
export interface Pace {
  readonly read: (stream: Readable, bytes: number) => void
  readonly end: () => void
}

/** Pauses reading for `ms` after each `bytes`: the writing process blocks meanwhile, as on a full pipe. */
export function openPace(bytes: number, ms: number): Pace {
  const paused = new Set<Readable>()
  let left = bytes
  let timer: Timer | null = null
  const resume = (): void => {
    timer = null
    left = bytes
    for (const stream of paused) stream.resume()
    paused.clear()
  }
  return {
    read(stream, read) {
      left -= read
      if (left > 0) return
      stream.pause()
      paused.add(stream)
      timer ??= startTimer(ms, resume)
    },
    end() {
      timer?.stop()
      left = Infinity
      resume()
      left = Infinity
    },
  }
}
