/** A limit on the time during which this process is awake. */
export interface AwakeTimer {
  /** Starts again with the whole time. */
  restart(): void
  /** Stops the timer for good; returns the remaining time in ms. */
  stop(): number
}

/** The interval between two looks at the clock, in ms. */
const LOOK_MS = 1000
/** A look that is later than this, in ms, was delayed by sleep. */
const SLEPT_MS = 3000

/**
 * Calls `onOver` when this process has been awake for `ms` milliseconds. Time during which the machine sleeps or the
 * container is paused does not count, because the awaited process stands still as well.
 */
export function openAwakeTimer(ms: number, onOver: () => void): AwakeTimer {
  let left = Math.max(ms, 0)
  let wait = 0
  let since = 0
  let timer: NodeJS.Timeout | undefined
  const count = (): void => {
    const passed = performance.now() - since
    since += passed
    if (passed < wait + SLEPT_MS) left = Math.max(left - passed, 0)
  }
  const look = (): void => {
    wait = Math.min(left, LOOK_MS)
    since = performance.now()
    timer = setTimeout(() => {
      count()
      if (left > 0) return look()
      timer = undefined
      onOver()
    }, wait)
  }
  look()
  return {
    restart() {
      if (timer === undefined) return
      left = Math.max(ms, 0)
      since = performance.now()
      timer.refresh()
    },
    stop() {
      if (timer === undefined) return left
      clearTimeout(timer)
      timer = undefined
      count()
      return left
    },
  }
}
