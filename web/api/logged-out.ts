import { ApiError } from '../../src/client/api-error.ts'

type Listener = () => void
const listeners = new Set<Listener>()

/** Calls `listener` whenever the server reports that the session is not logged in. Returns an unsubscribe function. */
export function onLoggedOut(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Called with the error of every failed request: any 401 leads to the log-in page. */
export function noticeLogOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) for (const listener of listeners) listener()
}
