import { describe, expect, it } from 'vitest'
import { fits, describeSpent } from './budget.ts'
import { backoffMs } from './limits.ts'

const none = { tokens: null, usd: null }

describe('a budget', () => {
  it('is used up when one of its limits is reached', () => {
    const limit = { tokens: 10_000, usd: 1.5 }
    expect(describeSpent(limit, { tokens: 9999, usd: 1.49 })).toBeNull()
    expect(describeSpent(limit, { tokens: 10_000, usd: 0 })).toBe(
      'the budget: 10,000 of 10,000 tokens are used',
    )
    expect(describeSpent(limit, { tokens: 0, usd: 1.5 })).toBe('the budget: $1.5000 of $1.5 are spent')
    expect(describeSpent(none, { tokens: 1e9, usd: 1e9 })).toBeNull()
  })

  it('has room for further calls as long as all of them together fit', () => {
    const used = { tokens: 5, usd: 1 }
    const more = [
      { tokens: 3, usd: 1 },
      { tokens: 2, usd: 1 },
    ]
    expect(fits({ tokens: 10, usd: 3 }, used, more)).toBe(true)
    expect(fits({ tokens: 9, usd: null }, used, more)).toBe(false)
    expect(fits({ tokens: null, usd: 2.5 }, used, more)).toBe(false)
    expect(fits(none, used, more)).toBe(true)
  })
})

it('pauses double with each failure, up to a minute', () => {
  expect([0, 1, 2, 3, 7, 100].map((failures) => backoffMs(failures, 1000))).toEqual([
    0, 1000, 2000, 4000, 60_000, 60_000,
  ])
})
