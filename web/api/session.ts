import { ApiError } from '../../src/client/api-error.ts'
import { requestNothing } from '../../src/client/request.ts'

const endpoint = {
  url: window.location.origin,
  token: null,
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
}

/** Exchanges the token for a session cookie that this page cannot read. Throws `ApiError` when it is wrong. */
export async function logIn(token: string): Promise<void> {
  await requestNothing(endpoint, '/api/session', { method: 'POST', json: { token } })
}

export async function logOut(): Promise<void> {
  await requestNothing(endpoint, '/api/session', { method: 'DELETE' })
}

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
