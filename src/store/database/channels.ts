import type { Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Called with the payload of a notification; with null when notifications may have been lost, so that it re-reads. */
export type OnNotify = (payload: string | null) => void

export interface Notification {
  readonly channel: string
  readonly payload: string
}

const noted = new WeakMap<object, Notification[]>()

/** Notifies all listeners of a channel once the transaction is committed; the same notification is sent once. */
export function notify(trx: Transaction<Schema>, channel: string, payload: string): void {
  const own = noted.get(trx) ?? []
  noted.set(trx, own)
  if (!own.some((other) => other.channel === channel && other.payload === payload))
    own.push({ channel, payload })
}

/** Returns the notifications that a transaction has made. */
export function notificationsOf(trx: Transaction<Schema>): readonly Notification[] {
  return noted.get(trx) ?? []
}

/** The listeners of this process, by channel. */
export class Channels {
  readonly #listeners = new Map<string, Set<OnNotify>>()

  listen(channel: string, onNotify: OnNotify): () => void {
    const there = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, there.add(onNotify))
    return () => void there.delete(onNotify)
  }

  publish({ channel, payload }: Notification): void {
    for (const onNotify of this.#listeners.get(channel) ?? []) onNotify(payload)
  }
}
