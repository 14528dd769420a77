import { expect, it, vi } from 'vitest'
import { openProviderHealth } from './provider-health.ts'

const never = new AbortController().signal

it('a failing provider is paused, longer each time, until it succeeds', () => {
  const health = openProviderHealth(1000)
  const waits = [1, 2, 3].map((beganAt) => {
    const now = Date.now()
    // Each began after the failure before it was known.
    return Math.round((health.failed('p', 'down', null, now + beganAt).until - now) / 1000)
  })
  expect(waits).toEqual([1, 2, 4])
  expect(health.outage('p')).toMatchObject({ reason: 'down' })
  expect(health.outage('other')).toBeNull()
  health.succeeded('p')
  expect(health.outage('p')).toBeNull()
})

it('concurrent failures count once, and the pause that the provider asks for is respected', () => {
  const health = openProviderHealth(1000)
  const began = Date.now() - 50
  const first = health.failed('p', 'down', null, began)
  for (let call = 0; call < 49; call += 1) health.failed('p', 'down', null, began)
  expect(health.outage('p')?.until).toBeLessThanOrEqual(first.until + 50)
  expect(health.failed('p', 'slow down', 60_000, began).until).toBeGreaterThan(Date.now() + 59_000)
})

it('after a pause a single call is sent, and the others wait for its result', async () => {
  const health = openProviderHealth(20)
  health.failed('p', 'down', null, Date.now())
  const deadline = Date.now() + 5000
  expect(await health.admit('p', deadline, never)).toBeNull()
  const others = [1, 2, 3].map(() => health.admit('p', deadline, never))
  const seen = vi.fn<() => void>()
  for (const other of others) void other.then(seen)
  expect(await health.admit('q', deadline, never)).toBeNull()
  expect(seen).not.toHaveBeenCalled()
  health.succeeded('p')
  health.done('p')
  expect(await Promise.all(others)).toEqual([null, null, null])
})

it('a call without patience left gets the outage, and one whose agent disconnects stops waiting', async () => {
  const health = openProviderHealth(60_000)
  health.failed('p', 'down', null, Date.now())
  expect(await health.admit('p', Date.now() + 10, never)).toMatchObject({ reason: 'down' })
  const gone = new AbortController()
  const waiting = health.admit('p', Date.now() + 120_000, gone.signal)
  gone.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow(/abort|gone/)
})
