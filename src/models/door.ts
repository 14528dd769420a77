import type { Wire } from '../contract/provider.ts'
import type { Log } from '../lib/log.ts'
import type { CallRecord } from './call-record.ts'
import type { Grants } from './grants.ts'
import type { KeyHeader } from './headers.ts'
import type { Prices } from './prices.ts'
import type { UpstreamPool } from './upstream.ts'

export interface GatewayOptions {
  readonly log: Log
  readonly port: number
  /** Where a backend's calls on a wire go now; null when no provider speaks it. */
  readonly target: (wire: Wire, backend: string) => Promise<Target | null>
  readonly prices: Prices
  /** Writes a call into the ledger. */
  readonly record: (record: CallRecord) => Promise<void>
  readonly limits: GatewayLimits
}

export interface GatewayLimits {
  readonly modelRequestBytes: number
  /** The longest silence of a provider. */
  readonly modelSilenceMs: number
}

/** A provider with its real key. */
export interface Target extends KeyHeader {
  readonly name: string
  readonly baseUrl: string
}

export interface Door extends GatewayOptions {
  readonly grants: Grants
  readonly upstream: UpstreamPool
}
