/** The time in ms after which a hidden page closes its streams: a browser allows six connections per server. */
const hiddenMs = 15_000

/**
 * Runs `work` now and whenever the page becomes visible again. Its signal is aborted when the page has been hidden for a
 * while, unless `staysOpen` returns true then; and by the returned function, which ends everything.
 */
export function whileVisible(
  work: (signal: AbortSignal) => Promise<void>,
  staysOpen: () => boolean = () => false,
): () => void {
  let running: AbortController | null = null
  let hiding: ReturnType<typeof setTimeout> | undefined
  const start = (): void => {
    if (running !== null) return
    running = new AbortController()
    void work(running.signal)
  }
  const stop = (): void => {
    running?.abort()
    running = null
  }
  const look = (): void => {
    clearTimeout(hiding)
    if (document.visibilityState === 'visible') start()
    else
      hiding = setTimeout(() => {
        if (!staysOpen()) stop()
      }, hiddenMs)
  }
  document.addEventListener('visibilitychange', look)
  start()
  look()
  return () => {
    document.removeEventListener('visibilitychange', look)
    clearTimeout(hiding)
    stop()
  }
}
