import type { Usage } from '../../src/contract/job.ts'

/** What was spent, as far as anybody knows: `$0.42`, else `12.3k tokens`, else nothing. */
export function spent(usage: Usage): string {
  if (usage.cost_usd !== null) return dollars(usage.cost_usd)
  const tokens = usage.input_tokens + usage.output_tokens
  return tokens === 0 ? '' : `${count(tokens)} tokens`
}

export function dollars(amount: number): string {
  return `$${amount < 0.1 && amount > 0 ? amount.toFixed(4) : amount.toFixed(2)}`
}

/** A large number in few letters: `840`, `12.3k`, `4.1M`. */
export function count(amount: number): string {
  if (amount < 1000) return String(amount)
  return amount < 1_000_000 ? `${(amount / 1000).toFixed(1)}k` : `${(amount / 1_000_000).toFixed(1)}M`
}
