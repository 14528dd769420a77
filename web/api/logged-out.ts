import { ApiError } from '../../src/client/api-error.ts'

type Listener = () => void
const listeners = new Set<Listener>()

/** Calls `listener` whenever the server says that nobody is logged in. Returns what ends that. */
export function onLoggedOut(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Every failed request passes here: a 401, wherever it happens, leads to the log-in page. */
export function noticeLogOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) for (const listener of listeners) listener()
}
