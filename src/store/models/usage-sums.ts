import { sql } from 'kysely'
import type { Usage } from '../../contract/job.ts'

/** The usage of the attempts that a statement groups, as columns. */
export const usageSums = [
  sql<number>`coalesce(sum(input_tokens), 0)`.as('input_tokens'),
  sql<number>`coalesce(sum(output_tokens), 0)`.as('output_tokens'),
  sql<number>`coalesce(sum(cached_tokens), 0)`.as('cached_tokens'),
  sql<number | null>`sum(cost_usd)`.as('cost_usd'),
  sql<number>`coalesce(sum(unpriced_tokens), 0)`.as('unpriced_tokens'),
] as const

/** The usage of what has no attempts. */
export const noUsage: Usage = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  cost_usd: null,
  unpriced_tokens: 0,
}

/** Adds up the usage of attempts; the cost is null when no price is known. */
export function sumUsage(all: readonly Usage[]): Usage {
  return all.reduce(
    (sum, one) => ({
      input_tokens: sum.input_tokens + one.input_tokens,
      output_tokens: sum.output_tokens + one.output_tokens,
      cached_tokens: sum.cached_tokens + one.cached_tokens,
      cost_usd: one.cost_usd === null ? sum.cost_usd : (sum.cost_usd ?? 0) + one.cost_usd,
      unpriced_tokens: sum.unpriced_tokens + one.unpriced_tokens,
    }),
    noUsage,
  )
}
