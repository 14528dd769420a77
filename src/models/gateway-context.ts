import type { Wire } from '../contract/provider.ts'
import type { Log } from '../lib/log.ts'
import type { BudgetGate, ReadBudget } from './budget-gate.ts'
import type { ByteRoom } from './byte-room.ts'
import type { CallRecord } from './call-record.ts'
import type { Grants } from './grants.ts'
import type { KeyHeader } from './headers.ts'
import type { ProviderHealth } from './provider-health.ts'
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
  readonly budget: ReadBudget
  /** A provider refuses for a reason that only a person can mend; `target` has the key that was refused. */
  readonly trouble: (target: Target, on: string) => Promise<void>
  readonly limits: GatewayLimits
}

export interface GatewayLimits {
  readonly modelRequestBytes: number
  /** Bytes of requests that are held at once, and how long one waits for room among them. */
  readonly modelHeldBytes: number
  readonly modelRoomMs: number
  /** The longest silence of a provider. */
  readonly modelSilenceMs: number
  /** How long a call is kept waiting for a provider that fails, before its attempt is told to end. */
  readonly modelPatienceMs: number
  /** How long the rest of an answer is read, for what it used, when nobody waits for it any more. */
  readonly modelRestMs: number
  /** The first pause after a failure; each one after it is twice as long. */
  readonly modelBackoffMs: number
}

/** A provider with its real key. */
export interface Target extends KeyHeader {
  readonly name: string
  readonly baseUrl: string
  /** Why nothing is sent to it until a person does something. */
  readonly blocked: string | null
}

export interface GatewayContext extends GatewayOptions {
  readonly grants: Grants
  readonly upstream: UpstreamPool
  readonly health: ProviderHealth
  readonly budgets: BudgetGate
  readonly room: ByteRoom
}
