import { expect, it, vi } from 'vitest'
import { openBudgetGate, type BudgetGate } from './budget-gate.ts'

/** A budget of 100 tokens of which `used` are gone. */
function gateOf(used: () => number): BudgetGate {
  return openBudgetGate(() =>
    Promise.resolve({ limit: { tokens: 100, usd: null }, used: { tokens: used(), usd: 0 }, version: 3 }),
  )
}
const never = new AbortController().signal
const share = (tokens: number) => ({ tokens, usd: null, model: 'm' })

it('calls that fit run concurrently; one that may not fit waits until it is alone', async () => {
  let used = 0
  const gate = gateOf(() => used)
  const first = await gate.reserve('j', share(40), never)
  const second = await gate.reserve('j', share(40), never)
  const third = gate.reserve('j', share(40), never)
  const seen = vi.fn<(outcome: unknown) => void>()
  void third.then(seen)
  // Another job is not held up.
  expect(await gate.reserve('k', share(40), never)).toBeTypeOf('function')
  expect(seen).not.toHaveBeenCalled()
  used = 40
  if (typeof first === 'function') first()
  expect(await gate.reserve('k', share(1), never)).toBeTypeOf('function')
  expect(seen).not.toHaveBeenCalled()
  used = 90
  if (typeof second === 'function') second()
  expect(await third).toBeTypeOf('function')
})

it('many concurrent calls that may be too large run one by one, and stop at the first past the limit', async () => {
  let used = 0
  let most = 0
  let open = 0
  const gate = gateOf(() => used)
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const release = await gate.reserve('j', share(1000), never)
      if (typeof release !== 'function') return release.on
      open += 1
      most = Math.max(most, open)
      await new Promise((resolve) => setImmediate(resolve))
      used += 30
      open -= 1
      release()
      return 'went'
    }),
  )
  expect(most).toBe(1)
  expect(outcomes.filter((outcome) => outcome === 'went')).toHaveLength(4)
  expect(new Set(outcomes)).toEqual(new Set(['went', 'the budget: 120 of 100 tokens are used']))
})

it('a waiting call ends when its agent disconnects', async () => {
  const gate = gateOf(() => 0)
  await gate.reserve('j', share(90), never)
  const gone = new AbortController()
  const waiting = gate.reserve('j', share(90), gone.signal)
  gone.abort()
  await expect(waiting).rejects.toThrow(/gone|abort/)
})
