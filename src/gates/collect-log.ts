import type { Readable } from 'node:stream'

/**
 * Collects output in the order of its arrival and keeps its beginning and its end within `limit` bytes, because the cause
 * of a failure is at one of the two.
 */
export function collectLog(
  streams: readonly Readable[],
  limit: number,
): { finished: Promise<{ text: string; truncated: boolean }> } {
  const half = Math.floor(limit / 2)
  const head: Buffer[] = []
  let tail: Buffer[] = []
  let headBytes = 0
  let tailBytes = 0
  let dropped = 0
  const add = (chunk: Buffer): void => {
    const room = half - headBytes
    if (room > 0) {
      const part = chunk.subarray(0, room)
      head.push(part)
      headBytes += part.length
      chunk = chunk.subarray(part.length)
    }
    if (chunk.length === 0) return
    tail.push(chunk)
    tailBytes += chunk.length
    while (tailBytes > half && tail.length > 1) {
      const first = tail.shift()
      if (first === undefined) break
      tailBytes -= first.length
      dropped += first.length
    }
  }
  const ended = streams.map(
    (stream) =>
      new Promise<void>((resolve) => {
        stream.on('data', add)
        stream.once('close', resolve)
        stream.once('error', () => resolve())
      }),
  )
  const finished = Promise.all(ended).then(() => {
    const middle = dropped > 0 ? `\n[… ${dropped} bytes left out …]\n` : ''
    const text = Buffer.concat(head).toString('utf8') + middle + Buffer.concat(tail).toString('utf8')
    tail = []
    return { text, truncated: dropped > 0 }
  })
  return { finished }
}
