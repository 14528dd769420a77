import { currentConnection } from './connection.ts'

/** A page that is never idle fetches all the same, after this long. */
const idleMs = 2_000
const waiting: (() => Promise<unknown>)[] = []
let isRunning = false
let hasStarted = false

/** Names code that will be needed: it is fetched when the page has nothing else to do. */
export function offerPrefetch(load: () => Promise<unknown>): void {
  waiting.push(load)
  if (hasStarted) void fetchAll()
}

/** Begins to fetch what was offered, one after the other. Called once, when the first screen stands. */
export function startPrefetching(): void {
  hasStarted = true
  void fetchAll()
}

async function fetchAll(): Promise<void> {
  if (isRunning) return
  isRunning = true
  while (waiting.length > 0 && currentConnection().kind !== 'lost') {
    await idle()
    // What fails is fetched when it is needed, and told there.
    await waiting
      .shift()?.()
      .catch(() => undefined)
  }
  isRunning = false
}

/** Not all browsers tell when they are idle; the others wait a moment. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: idleMs })
    else setTimeout(resolve, 200)
  })
}
