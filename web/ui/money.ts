import type { Usage } from '../../src/contract/job.ts'

/** Returns the usage as far as it is known: `$0.42`, else `12.3k tokens`, else an empty string. */
export function spent(usage: Usage): string {
  if (usage.cost_usd !== null) return dollars(usage.cost_usd)
  const tokens = usage.input_tokens + usage.output_tokens
  return tokens === 0 ? '' : `${count(tokens)} tokens`
}

export function dollars(amount: number): string {
  return `$${amount < 0.1 && amount > 0 ? amount.toFixed(4) : amount.toFixed(2)}`
}

/** Formats a large number: `840`, `12.3k`, `4.1M`. */
export function count(amount: number): string {
  if (amount < 1000) return String(amount)
  return amount < 1_000_000 ? `${(amount / 1000).toFixed(1)}k` : `${(amount / 1_000_000).toFixed(1)}M`
}
