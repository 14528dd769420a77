/** Returns a signal that aborts `ms` after another one; `end` must be called when it is no longer needed. */
export function abortLater(signal: AbortSignal, ms: number): { readonly signal: AbortSignal; end(): void } {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => late.abort(signal.reason), ms)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return {
    signal: late.signal,
    end() {
      signal.removeEventListener('abort', begin)
      clearTimeout(timer)
    },
  }
}
