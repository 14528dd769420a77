import { sql } from 'kysely'

/**
 * The usage of the attempts that a statement groups. Sums of tokens are `bigint`: JSON can hold them, while drivers differ.
 */
export const usageSums = sql`json_build_object('input_tokens', coalesce(sum(input_tokens), 0),
  'output_tokens', coalesce(sum(output_tokens), 0), 'cached_tokens', coalesce(sum(cached_tokens), 0),
  'cost_usd', sum(cost_usd), 'unpriced_tokens', coalesce(sum(unpriced_tokens), 0))`

/** The usage of an agent or a task without attempts. */
export const noUsage = sql`json_build_object('input_tokens', 0, 'output_tokens', 0, 'cached_tokens', 0, 'cost_usd', null,
  'unpriced_tokens', 0)`
