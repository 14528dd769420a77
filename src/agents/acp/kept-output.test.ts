import { PassThrough } from 'node:stream'
import { expect, it, vi } from 'vitest'
import { keepOutput, openPace } from './kept-output.ts'

const MB = 1_000_000

it('keeps the end of the output, cut at a character boundary, and reports that the beginning is missing', async () => {
  const stream = new PassThrough()
  const kept = keepOutput([stream], 7, () => undefined)
  stream.write('first ')
  expect(kept.read()).toEqual({ output: 'first ', truncated: false })
  // A character that arrives in two parts is kept as one; a cut one is dropped.
  const ship = Buffer.from('🚢')
  for (const piece of [ship.subarray(0, 2), ship.subarray(2), Buffer.from('abcd')]) stream.write(piece)
  expect(kept.read()).toEqual({ output: 'abcd', truncated: true })
  stream.end()
})

it('keeps no more than its limit, however much a command writes and in however small pieces', () => {
  for (const size of [1, 100, 65_536]) {
    const stream = new PassThrough({ highWaterMark: 100 * MB })
    const kept = keepOutput([stream], MB, () => undefined)
    const chunk = Buffer.alloc(size, 'x')
    for (let n = 0; n < (3 * MB) / size; n += 1) stream.emit('data', chunk)
    expect(kept.size()).toBeGreaterThanOrEqual(MB)
    expect(kept.size()).toBeLessThan(MB + 2 * 65_536)
    expect(kept.read().output).toHaveLength(MB)
  }
})

it('explains why kept output was dropped', () => {
  const stream = new PassThrough()
  const kept = keepOutput([stream], MB, () => undefined)
  stream.emit('data', Buffer.from('text'))
  kept.drop('not kept any more')
  stream.emit('data', Buffer.from('text'))
  expect(kept.size()).toBe(0)
  expect(kept.read()).toEqual({ output: 'not kept any more', truncated: true })
})

it('limits the rate at which streams are read', () => {
  vi.useFakeTimers()
  try {
    const [one, other] = [new PassThrough(), new PassThrough()]
    one.resume()
    other.resume()
    const pace = openPace(100, 50)
    pace.read(one, 99)
    expect(one.isPaused()).toBe(false)
    pace.read(one, 1)
    pace.read(other, 1)
    expect([one.isPaused(), other.isPaused()]).toEqual([true, true])
    vi.advanceTimersByTime(50)
    expect([one.isPaused(), other.isPaused()]).toEqual([false, false])
    pace.read(one, 200)
    pace.end()
    expect(one.isPaused()).toBe(false)
    pace.read(one, 200)
    expect(one.isPaused()).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})
