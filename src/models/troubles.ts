import type { HeldBack } from '../domain/model.ts'

/** Whether an attempt's calls fail for no fault of its own, as long as it lasts. */
export interface Troubles {
  /** Aborted when no call of the attempt will do any more. */
  readonly halted: AbortSignal
  /** Why its calls fail; null when the last of them did not. */
  held(): HeldBack | null
  /** A call of this model failed; the attempt may try another. */
  trouble(held: HeldBack, model: string): void
  /** No call of the attempt will do any more. */
  halt(held: HeldBack): void
  /** A call of this model did well that began at this time, in epoch milliseconds. */
  well(model: string, beganAt: number): void
}

/** Calls in a row that may fail in the middle of their answers before the attempt is ended. */
const TROUBLES = 3

/** `ended` fires when the attempt is over: what becomes of its calls after that has not made it end. */
export function openTroubles(ended: AbortSignal): Troubles {
  const halted = new AbortController()
  let held: HeldBack | null = null
  let inARow = 0
  // Agents call small models beside their work: that one of those answers does not mean that the work goes on.
  let last = { model: '', at: 0 }
  const isOver = (): boolean => halted.signal.aborted || ended.aborted
  return {
    halted: halted.signal,
    held: () => held,
    trouble(why, model) {
      if (isOver()) return
      held = why
      last = { model, at: Date.now() }
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
