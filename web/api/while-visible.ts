/** A page that nobody has looked at for this long closes its streams: a browser has six connections per server. */
const hiddenMs = 15_000

/**
 * Runs `work` now and again whenever the page is looked at after a time out of sight; its signal is aborted when the
 * page is hidden, and by the function returned, which ends it all.
 */
export function whileVisible(work: (signal: AbortSignal) => Promise<void>): () => void {
  let running: AbortController | null = null
  let hiding: ReturnType<typeof setTimeout> | undefined
  const start = (): void => {
    clearTimeout(hiding)
    if (running !== null) return
    running = new AbortController()
    void work(running.signal)
  }
  const stop = (): void => {
    running?.abort()
    running = null
  }
  const look = (): void => {
    if (document.visibilityState === 'visible') start()
    else hiding = setTimeout(stop, hiddenMs)
  }
  document.addEventListener('visibilitychange', look)
  start()
  return () => {
    document.removeEventListener('visibilitychange', look)
    clearTimeout(hiding)
    stop()
  }
}
