import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pause, startInterval, startTimer } from './timers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const DAY_MS = 24 * 3_600_000

it('calls back once, after its time', async () => {
  const act = vi.fn<() => void>()
  startTimer(1000, act)
  await vi.advanceTimersByTimeAsync(999)
  expect(act).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(5000)
  expect(act).toHaveBeenCalledTimes(1)
})

it('calls back soon if its time is already over, and not at once if it is longer than Node supports', async () => {
  const soon = vi.fn<() => void>()
  const late = vi.fn<() => void>()
  startTimer(-1, soon)
  const timer = startTimer(30 * DAY_MS, late)
  await vi.advanceTimersByTimeAsync(1)
  expect(soon).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(24 * DAY_MS)
  expect(late).not.toHaveBeenCalled()
  timer.stop()
  expect(vi.getTimerCount()).toBe(0)
})

it('calls back repeatedly until it is stopped', async () => {
  const act = vi.fn<() => void>()
  const timer = startInterval(1000, act)
  await vi.advanceTimersByTimeAsync(3000)
  timer.stop()
  await vi.advanceTimersByTimeAsync(3000)
  expect(act).toHaveBeenCalledTimes(3)
})

it('pauses no longer than its signal allows', async () => {
  vi.useRealTimers()
  await pause(1)
  const stop = new AbortController()
  const pausing = pause(DAY_MS, stop.signal)
  stop.abort(new Error('enough'))
  await expect(pausing).rejects.toThrow('aborted')
})
