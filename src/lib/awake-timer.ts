import { clock } from './clock.ts'
import { startTimer, type Timer } from './timers.ts'

/** A limit on the time during which this process is awake. */
export interface AwakeTimer {
  /** Starts again with the whole time. */
  restart(): void
  /** Stops the timer for good; returns the remaining time in ms. */
  stop(): number
}

/** The interval between two readings of the clock, in ms. */
const LOOK_MS = 1000
/** A look that is later than this, in ms, was delayed by sleep. */
const SLEPT_MS = 3000

/**
 * Calls `onOver` when this process has been awake for `ms` milliseconds. Time during which the machine sleeps or the
 * container is paused does not count, because the awaited process is paused as well.
 */
export function openAwakeTimer(ms: number, onOver: () => void): AwakeTimer {
  let left = Math.max(ms, 0)
  let wait = 0
  let since = 0
  let timer: Timer | null = null
  const count = (): void => {
    const passed = clock.steady() - since
    since += passed
    if (passed < wait + SLEPT_MS) left = Math.max(left - passed, 0)
  }
  const check = (): void => {
    wait = Math.min(left, LOOK_MS)
    since = clock.steady()
    timer = startTimer(wait, () => {
      count()
      if (left > 0) return check()
      timer = null
      onOver()
    })
  }
  check()
  return {
    restart() {
      if (timer === null) return
      timer.stop()
      left = Math.max(ms, 0)
      check()
    },
    stop() {
      if (timer === null) return left
      timer.stop()
      timer = null
      count()
      return left
    },
  }
}
