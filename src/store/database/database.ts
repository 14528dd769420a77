import type { AsyncLocalStorage } from 'node:async_hooks'
import { sql, type Kysely, type Transaction } from 'kysely'
import { notificationsOf, type Notification, type OnNotify } from './channels.ts'
import type { Schema } from './schema.ts'

export type Trx = Transaction<Schema>
/** Reads only: every write is part of a transaction. */
export type Reader = Pick<Kysely<Schema>, 'selectFrom' | 'selectNoFrom'>

declare const holdsJobLock: unique symbol

/**
 * A transaction that holds the row lock of the job it writes to. Every write to a job, or to rows that belong to one, takes
 * this type, and only `lockJob` and `insertJobs` return it.
 */
export type JobTrx = Trx & { readonly [holdsJobLock]: true }

const locking = new WeakSet<Trx>()

/** Marks a transaction as one that holds the lock of a job. Only for `lockJob` and `insertJobs`. */
export function withJobLock(trx: Trx): JobTrx {
  locking.add(trx)
  if (!isLocking(trx)) throw new Error('the transaction holds no lock')
  return trx
}

function isLocking(trx: Trx): trx is JobTrx {
  return locking.has(trx)
}

/**
 * The access to the database, the same on SQLite and PostgreSQL. `tx` does not nest: with one writer a nested transaction
 * would wait for itself for ever, so it throws on both. Inside a transaction nothing is awaited but the database.
 */
export interface Database {
  readonly reader: Reader
  readonly engine: 'sqlite' | 'postgres'
  tx<T>(run: (trx: Trx) => Promise<T>): Promise<T>
  /** Runs several reads, and nothing else, on one state of the database. */
  read<T>(run: (reader: Reader) => Promise<T>): Promise<T>
  /**
   * The same database for running work: it waits until a database that is away is back. A transaction may run more than
   * once and takes effect once.
   */
  readonly patient: Database
  /** Calls back for each notification on `channel`, and with `null` after each reconnect: then re-read. */
  listen(channel: string, onNotify: OnNotify): Promise<() => Promise<void>>
  /** Retries `ask` while the database is away, up to the time that running work waits. */
  retryWhileAway<T>(query: () => Promise<T>): Promise<T>
  /**
   * Copies the database into a new file, and reads something of the same state. Only on SQLite: PostgreSQL has pg_dump.
   */
  backUp<T>(file: string, read: (reader: Reader) => Promise<T>): Promise<T>
  /** Returns why this server may not use the database at present, as a sentence; null while it may. */
  unavailableReason(): string | null
  close(): Promise<void>
}

/**
 * Returns a `tx` that throws when it is called inside another transaction of the same call chain, which would wait for
 * itself. What the transaction notes is passed to `send` once it is committed.
 */
export function guarded(
  inside: AsyncLocalStorage<true>,
  transact: <T>(run: (trx: Trx) => Promise<T>) => Promise<T>,
  send: (notifications: readonly Notification[]) => void,
): Database['tx'] {
  return async (run) => {
    if (inside.getStore()) throw new Error('already in a transaction: use the one you were given')
    let notifications: readonly Notification[] = []
    const result = await inside.run(true, () =>
      transact(async (trx) => {
        const done = await run(trx)
        notifications = notificationsOf(trx)
        return done
      }),
    )
    send(notifications)
    return result
  }
}

/** The time of the database in epoch milliseconds, as SQL. */
export const nowMs = sql<number>`now_ms()`

/** Throws when the database does not answer. */
export async function ping(db: Reader): Promise<void> {
  await db.selectNoFrom(nowMs.as('now')).executeTakeFirstOrThrow()
}
