/** A limit on the time in which this process is awake. */
export interface AwakeTimer {
  /** Begins anew with the whole time. */
  restart(): void
  /** Stops it for good; gives what was left, in milliseconds. */
  stop(): number
}

/** Between two looks at the clock. */
const LOOK_MS = 1000
/** A look that is later than this was slept through. */
const SLEPT_MS = 3000

/**
 * Calls `onOver` when this process has been awake for `ms` milliseconds. A machine that sleeps, a container that is paused: whoever
 * is waited for stood still as well, and has the rest of the time afterwards.
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
