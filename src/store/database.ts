import type { AsyncLocalStorage } from 'node:async_hooks'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { PgBoss } from 'pg-boss'

export type Trx = Transaction<unknown>
export type Reader = Kysely<unknown>

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
 * The access to the database, the same on PGlite and PostgreSQL. `tx` does not nest: on one connection a nested transaction
 * would wait for itself for ever, so it throws on both engines.
 */
export interface Database {
  readonly reader: Reader
  readonly boss: PgBoss
  readonly engine: 'pglite' | 'postgres'
  tx<T>(run: (trx: Trx) => Promise<T>): Promise<T>
  /**
   * The same database for running work: it waits until a database that is away is back. A transaction may run more than
   * once and takes effect once; statements that write outside a transaction may run twice.
   */
  readonly patient: Database
  /** Calls back for each notification on `channel`, and with `null` after each reconnect: then re-read. */
  listen(channel: string, onNotify: (payload: string | null) => void): Promise<() => Promise<void>>
  /** Retries `ask` while the database is away, up to the time that running work waits. */
  insist<T>(ask: () => Promise<T>): Promise<T>
  /** Returns why this server may not use the database at present, as a sentence; null while it may. */
  trouble(): string | null
  /** Returns the number of forced writes so far, or null where the engine does not count them. */
  fsyncs(): number | null
  close(): Promise<void>
}

/**
 * Returns a `tx` that throws when it is called inside another transaction of the same call chain, which would wait for
 * itself.
 */
export function guarded(
  inside: AsyncLocalStorage<true>,
  transact: <T>(run: (trx: Trx) => Promise<T>) => Promise<T>,
): Database['tx'] {
  return (run) => {
    if (inside.getStore()) throw new Error('already in a transaction: use the one you were given')
    return inside.run(true, () => transact(run))
  }
}

/** Notifies all listeners of a channel once the transaction is committed. */
export async function notify(trx: Trx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(trx)
}

/** Throws when the database does not answer. */
export async function ping(db: Reader): Promise<void> {
  await sql`select 1`.execute(db)
}
