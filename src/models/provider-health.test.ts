import { expect, it, vi } from 'vitest'
import { openProviderHealth } from './provider-health.ts'

const never = new AbortController().signal

it('a provider that fails is left alone, longer each time; success forgives it', () => {
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

it('calls that were out together and failed together count once; what the provider asks for counts', () => {
  const health = openProviderHealth(1000)
  const began = Date.now() - 50
  const first = health.failed('p', 'down', null, began)
  for (let call = 0; call < 49; call += 1) health.failed('p', 'down', null, began)
  expect(health.outage('p')?.until).toBeLessThanOrEqual(first.until + 50)
  expect(health.failed('p', 'slow down', 60_000, began).until).toBeGreaterThan(Date.now() + 59_000)
})

it('one call tries again when the time is over, and the others wait for what comes of it', async () => {
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

it('who has no patience left is told of the outage; who goes away stops waiting', async () => {
  const health = openProviderHealth(60_000)
  health.failed('p', 'down', null, Date.now())
  expect(await health.admit('p', Date.now() + 10, never)).toMatchObject({ reason: 'down' })
  const gone = new AbortController()
  const waiting = health.admit('p', Date.now() + 120_000, gone.signal)
  gone.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow(/abort|gone/)
})
