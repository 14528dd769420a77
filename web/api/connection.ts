import { createStore, useStore } from './store.ts'

/**
 * Whether the data shown is current. `lost.since` is the time (ms since the epoch) of the last data on the first open stream
 * that was lost; `recoveredAt` is the time when the last one came back, null when none was ever lost.
 */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly recoveredAt: number | null }
  | { readonly kind: 'lost'; readonly since: number }

export const connection = createStore<Connection>({ kind: 'connecting' })
/** The open streams, each with the time since which it is silent; null while it is live. */
const streams = new Map<string, number | null>()

export function noticeStream(name: string, state: 'open' | 'lost', now: number): void {
  streams.set(name, state === 'open' ? null : (streams.get(name) ?? now))
  settle(now)
}

/** Removes a stream that was closed on purpose. */
export function forgetStream(name: string): void {
  if (streams.delete(name)) settle(Date.now())
}

function settle(now: number): void {
  const lost = [...streams.values()].filter((since) => since !== null)
  const before = connection.get()
  if (lost.length > 0) {
    const since = Math.min(...lost)
    if (before.kind !== 'lost' || before.since !== since) connection.set({ kind: 'lost', since })
  } else if (streams.size > 0 && before.kind !== 'live') {
    connection.set({ kind: 'live', recoveredAt: before.kind === 'lost' ? now : null })
  }
}

export function currentConnection(): Connection {
  return connection.get()
}

export function useConnection(): Connection {
  return useStore(connection)
}
