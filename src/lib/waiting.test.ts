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

describe('a wait with bounds', () => {
  it('gives the result of its work', async () => {
    const { signal } = new AbortController()
    const work = Promise.withResolvers<string>()
    const waiting = waitFor(work.promise, { signal, ms: 1000, awakeMs: 1000 }, same)
    expect(left(signal)).toEqual({ timers: 2, listeners: 1 })
    work.resolve('done')
    expect(await waiting).toBe('done')
    expect(left(signal)).toEqual(nothing)
  })

  it('fails as its work does', async () => {
    const { signal } = new AbortController()
    const work = Promise.reject(new Error('broken'))
    await expect(waitFor(work, { signal, ms: 1000, awakeMs: 1000 }, same)).rejects.toThrow('broken')
    expect(left(signal)).toEqual(nothing)
  })

  it('ends at once when its signal has aborted before', async () => {
    const signal = AbortSignal.abort()
    expect(await waitFor(never, { signal, ms: 1000 }, same)).toBe('aborted')
    expect(left(signal)).toEqual(nothing)
  })

  it('gives the result of work that was done before the signal aborted', async () => {
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

  it('takes a time that is over already for the shortest', async () => {
    const waiting = waitFor(never, { ms: -5000 }, same)
    await vi.advanceTimersByTimeAsync(1)
    expect(await waiting).toBe('late')
  })

  it('throws what its end throws', async () => {
    const signal = AbortSignal.abort()
    const waiting = waitFor(never, { signal }, (end) => {
      throw new Error(`it was ${end}`)
    })
    await expect(waiting).rejects.toThrow('it was aborted')
    expect(left(signal)).toEqual(nothing)
  })

  it('leaves no rejection behind when its work fails after its end', async () => {
    const work = Promise.withResolvers<never>()
    expect(await waitFor(work.promise, { signal: AbortSignal.abort() }, same)).toBe('aborted')
    work.reject(new Error('too late to matter'))
  })
})

describe('what is done at an abort', () => {
  it('is done once', () => {
    const stop = new AbortController()
    const act = vi.fn<() => void>()
    onAbort(stop.signal, act)
    stop.abort()
    expect(act).toHaveBeenCalledTimes(1)
    expect(left(stop.signal)).toEqual(nothing)
  })

  it('is done soon when the signal has aborted before', async () => {
    const act = vi.fn<() => void>()
    onAbort(AbortSignal.abort(), act)
    expect(act).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(act).toHaveBeenCalledTimes(1)
  })

  it('is not done after it was taken back', async () => {
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

describe('a signal that follows another one later', () => {
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

  it('follows one that has aborted before', async () => {
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
