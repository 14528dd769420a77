import type { Figures } from './peer-table.ts'
import type { PeerId } from './versions.ts'

/** What is to be measured. */
export interface PeersTask {
  /** The Node that Kanban runs on, and that is first in the PATH of all. */
  readonly node: string
  /** Where each peer is installed; one that could not be installed is missing. */
  readonly installed: Partial<Record<PeerId, string>>
  readonly rounds: number
  /** No round begins later, in ms. */
  readonly beginMs: number
}

/** What was measured of one product in one round: figures, or why there are none. */
export interface PeersTurn {
  readonly round: number
  readonly product: string
  readonly figures: Figures | null
  readonly failure: string | null
}
