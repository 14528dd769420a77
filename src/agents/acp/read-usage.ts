import type { ReportedUsage } from '../backend.ts'

/**
 * Collects the usage that an agent reports over a session. Agents differ in where they report it: at the end of a turn
 * (`usage`, or `_meta.quota`), with chunks of their answers (`_meta.usage`), the cost alone in `usage_update`. Values that
 * were never reported stay null, not 0.
 */
export interface UsageMeter {
  /** Reads a raw session update. */
  update(update: object): void
  /** Reads the raw response to a prompt, which ends the turn. */
  endTurn(answer: object): void
  read(): ReportedUsage | null
}

interface Tokens {
  readonly input: number
  readonly output: number
}

export function openUsageMeter(tokens: 'whole' | 'partial'): UsageMeter {
  let total: Tokens | null = null
  let partial: Tokens | null = null
  let cost: number | null = null
  return {
    update(update) {
      partial = sum(partial, readTokens(field(field(update, '_meta'), 'usage')))
      if (field(update, 'sessionUpdate') !== 'usage_update') return
      const reported = field(update, 'cost')
      const amount = field(reported, 'amount')
      const currency = field(reported, 'currency')
      if (typeof amount === 'number' && amount >= 0 && currency === 'USD') cost = Math.max(cost ?? 0, amount)
    },
    endTurn(answer) {
      const reported =
        readTokens(field(answer, 'usage')) ??
        readTokens(field(field(field(answer, '_meta'), 'quota'), 'token_count')) ??
        partial
      partial = null
      if (tokens === 'whole') total = sum(total, reported)
    },
    read() {
      const known = tokens === 'whole' ? sum(total, partial) : null
      if (known === null && cost === null) return null
      return { inputTokens: known?.input ?? 0, outputTokens: known?.output ?? 0, costUsd: cost }
    },
  }
}

function sum(one: Tokens | null, other: Tokens | null): Tokens | null {
  if (one === null || other === null) return one ?? other
  return { input: one.input + other.input, output: one.output + other.output }
}

/** Reads token counts under any of the names that agents use; cached tokens count as input. */
function readTokens(usage: unknown): Tokens | null {
  const output = count(usage, ['outputTokens', 'output_tokens', 'candidatesTokenCount'])
  const input = count(usage, ['inputTokens', 'input_tokens', 'promptTokenCount'])
  if (input === null || output === null) return null
  const total = count(usage, ['totalTokens', 'total_tokens']) ?? 0
  return { input: Math.max(input, total - output), output }
}

function count(value: unknown, names: readonly string[]): number | null {
  for (const name of names) {
    const found = field(value, name)
    if (typeof found === 'number' && Number.isInteger(found) && found >= 0) return found
  }
  return null
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined
}
