import type { Wire } from '../../contract/provider.ts'
import type { Caller } from './grants.ts'
import type { CallUsage } from '../usage.ts'

/** One line of the ledger: a call sent to a provider, and its cost. */
export interface CallRecord {
  readonly caller: Caller
  readonly provider: string
  readonly wire: Wire
  readonly model: string
  /** The status of the response; null when there was none. */
  readonly status: number | null
  /** `ok`, `gone` (the agent disconnected), `refused` (the request was at fault), or the kind of the provider's failure. */
  readonly outcome: 'ok' | 'gone' | 'refused' | 'status' | 'cut' | 'malformed' | 'silent' | 'unreachable'
  readonly usage: CallUsage
  /** Whether the usage was estimated from the bytes, because the provider did not report it. */
  readonly estimated: boolean
  /** In dollars; null when the model's price is not known. */
  readonly cost: number | null
  readonly firstByteMs: number | null
  readonly durationMs: number
  readonly at: Date
}
