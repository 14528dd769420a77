/** A page that nobody has looked at for this long closes its streams: a browser has six connections per server. */
const hiddenMs = 15_000

/**
 * Runs `work` now and again whenever the page is looked at after a time out of sight. Its signal is aborted when the
 * page has been hidden for a while, unless `staysOpen` says then that it is still needed; and by the function
 * returned, which ends it all.
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
