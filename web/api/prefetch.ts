import { currentConnection } from './connection.ts'

/** The time in ms after which code is prefetched even if the page is never idle. */
const idleMs = 2_000
const waiting: (() => Promise<unknown>)[] = []
let isRunning = false
let hasStarted = false

/** Registers code to load when the page is idle. */
export function offerPrefetch(load: () => Promise<unknown>): void {
  waiting.push(load)
  if (hasStarted) void fetchAll()
}

/** Starts to load the registered code, one after the other. Called once, when the first screen is shown. */
export function startPrefetching(): void {
  hasStarted = true
  void fetchAll()
}

async function fetchAll(): Promise<void> {
  if (isRunning) return
  isRunning = true
  while (waiting.length > 0 && currentConnection().kind !== 'lost') {
    await idle()
    // Failed loads are repeated on demand, and reported there.
    await waiting
      .shift()?.()
      .catch(() => undefined)
  }
  isRunning = false
}

/** Not all browsers have `requestIdleCallback`; the others wait for 200 ms. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: idleMs })
    else setTimeout(resolve, 200)
  })
}
