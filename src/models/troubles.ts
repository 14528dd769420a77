import type { AttemptWait } from '../domain/model.ts'
import { clock } from '../lib/clock.ts'

/** Tracks whether an attempt's calls fail for reasons other than the attempt itself. */
export interface CallFailures {
  /** Aborted when no further call of the attempt can succeed. */
  readonly halted: AbortSignal
  /** Returns why its calls fail; null when the last one did not. */
  wait(): AttemptWait | null
  /** Reports that a call of this model failed; the attempt may try another. */
  report(reason: AttemptWait, model: string): void
  /** Reports that no further call of the attempt can succeed. */
  halt(reason: AttemptWait): void
  /** Reports that a call of this model, started at `beganAt` (ms since the epoch), succeeded. */
  succeeded(model: string, beganAt: number): void
}

/** The number of consecutive calls that may fail in the middle of their responses before the attempt is ended. */
const TROUBLES = 3

/** `ended` aborts when the attempt is over: results of its calls after that are not the cause of its end. */
export function openCallFailures(ended: AbortSignal): CallFailures {
  const halted = new AbortController()
  let wait: AttemptWait | null = null
  let inARow = 0
  // Agents also call small models in addition: success of such a call does not mean that the work continues.
  let last = { model: '', at: 0 }
  const isOver = (): boolean => halted.signal.aborted || ended.aborted
  return {
    halted: halted.signal,
    wait: () => wait,
    report(reason, model) {
      if (isOver()) return
      wait = reason
      last = { model, at: clock.now() }
      inARow += 1
      if (inARow >= TROUBLES) halted.abort()
    },
    halt(reason) {
      if (isOver()) return
      wait = reason
      halted.abort()
    },
    succeeded(model, beganAt) {
      if (isOver() || wait === null || model !== last.model || beganAt < last.at) return
      wait = null
      inARow = 0
    },
  }
}
