/** The budget of a job; null where there is no limit. */
export interface Limit {
  readonly tokens: number | null
  readonly usd: number | null
}

export interface Spending {
  readonly tokens: number
  readonly usd: number
}

const exact = new Intl.NumberFormat('en')

/** Describes a budget that is used up; null when something is left of it. */
export function describeSpent(limit: Limit, used: Spending): string | null {
  if (limit.tokens !== null && used.tokens >= limit.tokens)
    return `the budget: ${exact.format(used.tokens)} of ${exact.format(limit.tokens)} tokens are used`
  if (limit.usd !== null && used.usd >= limit.usd)
    return `the budget: $${used.usd.toFixed(4)} of $${limit.usd} are spent`
  return null
}

/** Whether `used` and all of `more` stay within the limit. */
export function fits(limit: Limit, used: Spending, more: readonly Spending[]): boolean {
  const sum = (part: keyof Spending): number => more.reduce((total, one) => total + one[part], used[part])
  return (
    (limit.tokens === null || sum('tokens') <= limit.tokens) &&
    (limit.usd === null || sum('usd') <= limit.usd)
  )
}
