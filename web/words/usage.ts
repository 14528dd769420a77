import type { Usage } from '../../src/contract/job.ts'

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

/** Returns the cost, or the tokens where the cost is not known; an empty string when nothing was counted. */
export function spent(usage: Usage): string {
  return usage.cost_usd === null ? (tokensText(usage) ?? '') : dollars(usage.cost_usd)
}

function dollars(amount: number): string {
  return `$${amount < 0.1 && amount > 0 ? amount.toFixed(4) : amount.toFixed(2)}`
}

/** Formats a large number: `840`, `12.3k`, `4.1M`. */
function count(amount: number): string {
  if (amount < 1000) return String(amount)
  return amount < 1_000_000 ? `${(amount / 1000).toFixed(1)}k` : `${(amount / 1_000_000).toFixed(1)}M`
}
