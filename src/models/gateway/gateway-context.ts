import type { Wire } from '../../contract/provider.ts'
import type { Log } from '../../lib/log.ts'
import type { BudgetGate, ReadBudget } from '../budget-gate.ts'
import type { ByteRoom } from './byte-room.ts'
import type { CallRecord } from './call-record.ts'
import type { Grants } from './grants.ts'
import type { KeyHeader } from './headers.ts'
import type { ProviderHealth } from '../provider-health.ts'
import type { Prices } from '../prices.ts'
import type { UpstreamPool } from './upstream.ts'

export interface GatewayOptions {
  readonly log: Log
  readonly port: number
  /** Returns the current provider for a backend's calls on a wire; null when no provider supports it. */
  readonly target: (wire: Wire, backend: string) => Promise<Target | null>
  readonly prices: Prices
  /** Writes a call to the ledger. */
  readonly record: (record: CallRecord) => Promise<void>
  readonly budget: ReadBudget
  /** Called when a provider refuses for a reason that only a person can fix; `target` has the key that was refused. */
  readonly reportTrouble: (target: Target, on: string) => Promise<void>
  readonly limits: GatewayLimits
}

export interface GatewayLimits {
  readonly modelRequestBytes: number
  /** The maximum bytes of requests held in memory at once, and the time in ms for which a request waits for room. */
  readonly modelHeldBytes: number
  readonly modelRoomMs: number
  /** The maximum time in ms without data from a provider. */
  readonly modelSilenceMs: number
  /** The time in ms for which a call waits for a failing provider before its attempt is asked to end. */
  readonly modelPatienceMs: number
  /** The time in ms for which the rest of a response is read for its usage after the agent has disconnected. */
  readonly modelRestMs: number
  /** The first pause in ms after a failure; each further pause is twice as long. */
  readonly modelBackoffMs: number
}

/** A provider with its real key. */
export interface Target extends KeyHeader {
  readonly name: string
  readonly baseUrl: string
  /** Why no calls are sent to it until a person acts; null when it is usable. */
  readonly blocked: string | null
}

export interface GatewayContext extends GatewayOptions {
  readonly grants: Grants
  readonly upstream: UpstreamPool
  readonly health: ProviderHealth
  readonly budgets: BudgetGate
  readonly room: ByteRoom
}
