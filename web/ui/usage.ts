import type { Usage } from '../../src/contract/job.ts'
import { count, dollars } from './money.ts'

const exact = new Intl.NumberFormat()

/** What was used, for a glance: `12.4k tokens`; null when nothing was counted. */
export function tokensText(usage: Usage): string | null {
  const sum = usage.input_tokens + usage.output_tokens
  return sum === 0 ? null : `${count(sum)} tokens`
}

/** The same to the last token, for a tooltip. */
export function tokensDetail(usage: Usage): string {
  return `${exact.format(usage.input_tokens)} tokens read, ${exact.format(usage.output_tokens)} written`
}

/** `$0.42`; null when nobody tells a price. */
export function costText(usage: Usage): string | null {
  return usage.cost_usd === null ? null : dollars(usage.cost_usd)
}
