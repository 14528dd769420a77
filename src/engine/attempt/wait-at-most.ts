/** Resolves when `sign` resolves, after `ms`, or when `stop` is aborted, whichever is first. */
export async function waitAtMost(sign: Promise<void>, ms: number, stop: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, Math.max(0, ms))
  const onStop = (): void => over.resolve()
  if (stop.aborted) onStop()
  stop.addEventListener('abort', onStop, { once: true })
  await Promise.race([sign, over.promise])
  clearTimeout(timer)
  stop.removeEventListener('abort', onStop)
}
