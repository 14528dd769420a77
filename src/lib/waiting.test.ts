import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { abortLater, onAbort, waitFor, type WaitEnd } from './waiting.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new Promise<never>(() => undefined)
const same = (end: WaitEnd): WaitEnd => end

/** Returns how many timers, and listeners of the signal, there are. */
function left(signal: AbortSignal): { timers: number; listeners: number } {
  return { timers: vi.getTimerCount(), listeners: getEventListeners(signal, 'abort').length }
}
const nothing = { timers: 0, listeners: 0 }

describe('a wait with limits', () => {
  it('gives the result of its work', async () => {
    const { signal } = new AbortController()
    const work = Promise.withResolvers<string>()
    const waiting = waitFor(work.promise, { signal, ms: 1000, awakeMs: 1000 }, same)
    expect(left(signal)).toEqual({ timers: 2, listeners: 1 })
    work.resolve('done')
    expect(await waiting).toBe('done')
    expect(left(signal)).toEqual(nothing)
  })

  it('fails when its work fails', async () => {
    const { signal } = new AbortController()
    const work = Promise.reject(new Error('broken'))
    await expect(waitFor(work, { signal, ms: 1000, awakeMs: 1000 }, same)).rejects.toThrow('broken')
    expect(left(signal)).toEqual(nothing)
  })

  it('ends at once when its signal was already aborted', async () => {
    const signal = AbortSignal.abort()
    expect(await waitFor(never, { signal, ms: 1000 }, same)).toBe('aborted')
    expect(left(signal)).toEqual(nothing)
  })

  it('gives the result of work that ended before the signal aborted', async () => {
    expect(await waitFor(Promise.resolve('done'), { signal: AbortSignal.abort() }, same)).toBe('done')
  })

  it('ends when its signal aborts meanwhile', async () => {
    const stop = new AbortController()
    const waiting = waitFor(never, { signal: stop.signal, ms: 1000, awakeMs: 1000 }, same)
    stop.abort()
    expect(await waiting).toBe('aborted')
    expect(left(stop.signal)).toEqual(nothing)
  })

  it.each([{ ms: 1000 }, { awakeMs: 1000 }])('ends when its time is over: %o', async (time) => {
    const { signal } = new AbortController()
    let end: WaitEnd | null = null
    const waiting = waitFor(never, { signal, ...time }, same).then((how) => {
      end = how
    })
    await vi.advanceTimersByTimeAsync(999)
    expect(end).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expect(end).toBe('late')
    expect(left(signal)).toEqual(nothing)
  })

  it('treats a time in the past as the shortest time', async () => {
    const waiting = waitFor(never, { ms: -5000 }, same)
    await vi.advanceTimersByTimeAsync(1)
    expect(await waiting).toBe('late')
  })

  it('throws the error of its callback', async () => {
    const signal = AbortSignal.abort()
    const waiting = waitFor(never, { signal }, (end) => {
      throw new Error(`it was ${end}`)
    })
    await expect(waiting).rejects.toThrow('it was aborted')
    expect(left(signal)).toEqual(nothing)
  })

  it('leaves no unhandled rejection when its work fails after its end', async () => {
    const work = Promise.withResolvers<never>()
    expect(await waitFor(work.promise, { signal: AbortSignal.abort() }, same)).toBe('aborted')
    work.reject(new Error('too late to matter'))
  })
})

describe('an abort callback', () => {
  it('is called once', () => {
    const stop = new AbortController()
    const act = vi.fn<() => void>()
    onAbort(stop.signal, act)
    stop.abort()
    expect(act).toHaveBeenCalledTimes(1)
    expect(left(stop.signal)).toEqual(nothing)
  })

  it('is called soon if the signal was already aborted', async () => {
    const act = vi.fn<() => void>()
    onAbort(AbortSignal.abort(), act)
    expect(act).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(act).toHaveBeenCalledTimes(1)
  })

  it('is not called after it was removed', async () => {
    const stop = new AbortController()
    const act = vi.fn<() => void>()
    onAbort(stop.signal, act)()
    expect(left(stop.signal)).toEqual(nothing)
    stop.abort()
    onAbort(stop.signal, act)()
    await Promise.resolve()
    expect(act).not.toHaveBeenCalled()
  })
})

describe('a signal that follows another one with a delay', () => {
  it('aborts with the same reason after its time', async () => {
    const stop = new AbortController()
    const later = abortLater(stop.signal, 1000)
    const reason = new Error('stopped')
    stop.abort(reason)
    await vi.advanceTimersByTimeAsync(999)
    expect(later.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(later.signal.reason).toBe(reason)
    expect(left(stop.signal)).toEqual(nothing)
  })

  it('follows one that was already aborted', async () => {
    const later = abortLater(AbortSignal.abort(), 1000)
    await vi.advanceTimersByTimeAsync(1000)
    expect(later.signal.aborted).toBe(true)
  })

  it('does not abort after its end', async () => {
    const stop = new AbortController()
    const before = abortLater(stop.signal, 1000)
    before.end()
    const meanwhile = abortLater(stop.signal, 1000)
    stop.abort()
    meanwhile.end()
    abortLater(stop.signal, 1000).end()
    await vi.advanceTimersByTimeAsync(1000)
    expect([before.signal.aborted, meanwhile.signal.aborted]).toEqual([false, false])
    expect(left(stop.signal)).toEqual(nothing)
  })
})
