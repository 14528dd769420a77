import { expect, it } from 'vitest'
import type { Usage } from '../../src/contract/job.ts'
import { costText, spent, tokensDetail, tokensText } from './usage.ts'

const nothing: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  unpriced_tokens: 0,
  cost_usd: null,
}

it('usage that nobody counted has no text', () => {
  expect([tokensText(nothing), costText(nothing), spent(nothing)]).toEqual([null, null, ''])
})

it('a list shows the cost, or the tokens where the cost is not known', () => {
  const tokens = { ...nothing, input_tokens: 12_000, output_tokens: 340 }
  expect(spent(tokens)).toBe('12.3k tokens')
  expect(spent({ ...tokens, cost_usd: 0.42 })).toBe('$0.42')
  expect(spent({ ...tokens, cost_usd: 0.0042 })).toBe('$0.0042')
})

it('a cost is marked when the price of some tokens is not known', () => {
  const priced = { ...nothing, input_tokens: 4_100_000, output_tokens: 900, cost_usd: 3 }
  expect([tokensText(priced), costText(priced)]).toEqual(['4.1M tokens', '$3.00'])
  expect(costText({ ...priced, unpriced_tokens: 5 })).toBe('$3.00+')
  expect(tokensDetail({ ...nothing, input_tokens: 800, cached_tokens: 700, unpriced_tokens: 5 })).toBe(
    '800 tokens read, 700 of them from a cache, 0 written, 5 of unknown price',
  )
})
