import { expect, it } from 'vitest'
import { median, quantile } from './quantile.ts'

it('a quantile is the nearest rank, whatever the order', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect([0, 0.5, 0.99, 1].map((q) => quantile(hundred, q))).toEqual([1, 50, 99, 100])
  expect(median([3, 1, 2])).toBe(2)
  expect(median([])).toBeNaN()
})
