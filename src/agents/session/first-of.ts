import { openAwakeTimer } from '../../lib/awake-timer.ts'
import { SessionError } from './session-error.ts'

/** Settles with the first of `works` to settle, or rejects with a `SessionError` when the signal aborts. */
export async function firstOf<T>(works: readonly Promise<T>[], signal: AbortSignal): Promise<T> {
  const stop = Promise.withResolvers<never>()
  const onAbort = (): void => stop.reject(new SessionError('The attempt was stopped.'))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([...works, stop.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Rejects with the sentence after `ms`, unless it is stopped. */
export function timeLimit(ms: number, sentence: () => string): { over: Promise<never>; stop: () => void } {
  const over = Promise.withResolvers<never>()
  over.promise.catch(() => undefined)
  const timer = openAwakeTimer(ms, () => over.reject(new SessionError(sentence())))
  return { over: over.promise, stop: () => void timer.stop() }
}
