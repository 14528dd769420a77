import type { HeldBack } from '../domain/model.ts'
import { clock } from '../lib/clock.ts'

/** Tracks whether an attempt's calls fail for reasons other than the attempt itself. */
export interface Troubles {
  /** Aborted when no further call of the attempt can succeed. */
  readonly halted: AbortSignal
  /** Returns why its calls fail; null when the last one did not. */
  held(): HeldBack | null
  /** Reports that a call of this model failed; the attempt may try another. */
  trouble(held: HeldBack, model: string): void
  /** Reports that no further call of the attempt can succeed. */
  halt(held: HeldBack): void
  /** Reports that a call of this model, started at `beganAt` (ms since the epoch), succeeded. */
  well(model: string, beganAt: number): void
}

/** The number of consecutive calls that may fail in the middle of their responses before the attempt is ended. */
const TROUBLES = 3

/** `ended` aborts when the attempt is over: results of its calls after that are not the cause of its end. */
export function openTroubles(ended: AbortSignal): Troubles {
  const halted = new AbortController()
  let held: HeldBack | null = null
  let inARow = 0
  // Agents also call small models beside their work: success of such a call does not mean that the work continues.
  let last = { model: '', at: 0 }
  const isOver = (): boolean => halted.signal.aborted || ended.aborted
  return {
    halted: halted.signal,
    held: () => held,
    trouble(why, model) {
      if (isOver()) return
      held = why
      last = { model, at: clock.now() }
      inARow += 1
      if (inARow >= TROUBLES) halted.abort()
    },
    halt(why) {
      if (isOver()) return
      held = why
      halted.abort()
    },
    well(model, beganAt) {
      if (isOver() || held === null || model !== last.model || beganAt < last.at) return
      held = null
      inARow = 0
    },
  }
}
