import type { Usage } from '../../src/contract/job.ts'
import { count, dollars } from './money.ts'

const exact = new Intl.NumberFormat()

/** Returns a short form of the usage: `12.4k tokens`; null when nothing was counted. */
export function tokensText(usage: Usage): string | null {
  const sum = usage.input_tokens + usage.output_tokens
  return sum === 0 ? null : `${count(sum)} tokens`
}

/** Returns the exact token counts, for a tooltip. */
export function tokensDetail(usage: Usage): string {
  const parts = [
    `${exact.format(usage.input_tokens)} tokens read`,
    ...(usage.cached_tokens === 0 ? [] : [`${exact.format(usage.cached_tokens)} of them from a cache`]),
    `${exact.format(usage.output_tokens)} written`,
    ...(usage.unpriced_tokens === 0 ? [] : [`${exact.format(usage.unpriced_tokens)} of unknown price`]),
  ]
  return parts.join(', ')
}

/** Returns the cost: `$0.42`, `$0.42+` when the price of some tokens is not known; null when none is. */
export function costText(usage: Usage): string | null {
  if (usage.cost_usd === null) return null
  return `${dollars(usage.cost_usd)}${usage.unpriced_tokens === 0 ? '' : '+'}`
}
