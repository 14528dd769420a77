import type { Wire } from '../contract/provider.ts'
import type { Caller } from './grants.ts'
import type { CallUsage } from './usage.ts'

/** One line of the ledger: a call that a provider was sent, and what it cost. */
export interface CallRecord {
  readonly caller: Caller
  readonly provider: string
  readonly wire: Wire
  readonly model: string
  /** Of the answer's head; null when none came. */
  readonly status: number | null
  /** `ok`, `gone` (the agent went away), `refused` (the request was at fault), or how the provider failed. */
  readonly outcome: 'ok' | 'gone' | 'refused' | 'status' | 'cut' | 'malformed' | 'silent' | 'unreachable'
  readonly usage: CallUsage
  /** The provider did not say what was used: it was counted from the bytes. */
  readonly estimated: boolean
  /** Dollars; null when nobody knows the model's price. */
  readonly cost: number | null
  readonly firstByteMs: number | null
  readonly durationMs: number
  readonly at: Date
}
