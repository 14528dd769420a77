import type { Usage } from '../../src/contract/job.ts'

const tokens = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const exact = new Intl.NumberFormat(undefined)

/** What was used, for a glance: `12.4K tokens`; null when nothing was counted. */
export function tokensText(usage: Usage): string | null {
  const sum = usage.input_tokens + usage.output_tokens
  return sum === 0 ? null : `${tokens.format(sum)} tokens`
}

/** The same to the last token, for a tooltip. */
export function tokensDetail(usage: Usage): string {
  return `${exact.format(usage.input_tokens)} tokens read, ${exact.format(usage.output_tokens)} written`
}

/** `$0.42`; below a cent `< $0.01`; null when the provider tells no price. */
export function costText(usage: Usage): string | null {
  if (usage.cost_usd === null) return null
  return usage.cost_usd > 0 && usage.cost_usd < 0.01 ? '< $0.01' : `$${usage.cost_usd.toFixed(2)}`
}
