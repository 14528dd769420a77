import type { AsyncLocalStorage } from 'node:async_hooks'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { PgBoss } from 'pg-boss'

export type Trx = Transaction<unknown>
export type Reader = Kysely<unknown>

declare const holdsJobLock: unique symbol

/**
 * A transaction that holds the row lock of the job it writes to. Whatever writes to a job, or to what belongs to one, takes
 * this type, and only `lockJob` and `insertJobs` give it.
 */
export type JobTrx = Trx & { readonly [holdsJobLock]: true }

const locking = new WeakSet<Trx>()

/** Marks a transaction as one that holds the lock of a job: for `lockJob` and `insertJobs` alone. */
export function withJobLock(trx: Trx): JobTrx {
  locking.add(trx)
  if (!isLocking(trx)) throw new Error('the transaction holds no lock')
  return trx
}

function isLocking(trx: Trx): trx is JobTrx {
  return locking.has(trx)
}

/**
 * The one way into the database, the same on PGlite and PostgreSQL. `tx` does not nest: on one connection a nested
 * transaction would wait for itself for ever, so it throws on both engines.
 */
export interface Database {
  readonly reader: Reader
  readonly boss: PgBoss
  readonly engine: 'pglite' | 'postgres'
  tx<T>(run: (trx: Trx) => Promise<T>): Promise<T>
  /**
   * The same database for work that runs, which waits until a database that went away is there again. A transaction may be
   * run more than once, and takes effect once; statements outside of one that write may be asked to run twice.
   */
  readonly patient: Database
  /** Calls back for each notification on `channel`, and after each reconnect with `null`: then re-read. */
  listen(channel: string, onNotify: (payload: string | null) => void): Promise<() => Promise<void>>
  /** Runs `ask` again while the database is away, as long as work waits for it. */
  insist<T>(ask: () => Promise<T>): Promise<T>
  /** Why this server may not work on the database at present, as a sentence; null while it may. */
  trouble(): string | null
  /** Forced writes so far, where the engine counts them. */
  fsyncs(): number | null
  close(): Promise<void>
}

/** Transactions one at a time in each chain of calls: one inside another would wait for itself. */
export function guarded(
  inside: AsyncLocalStorage<true>,
  transact: <T>(run: (trx: Trx) => Promise<T>) => Promise<T>,
): Database['tx'] {
  return (run) => {
    if (inside.getStore()) throw new Error('already in a transaction: use the one you were given')
    return inside.run(true, () => transact(run))
  }
}

/** Tells all listeners of a channel, once the transaction is committed. */
export async function notify(trx: Trx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(trx)
}

/** Throws when the database does not answer. */
export async function ping(db: Reader): Promise<void> {
  await sql`select 1`.execute(db)
}
