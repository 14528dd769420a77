import type { PGlite, Transaction } from '@electric-sql/pglite'
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
} from 'kysely'
import { storable } from './storable.ts'

/**
 * A Kysely dialect for one PGlite instance. Kysely's own dialect shares one connection object between all callers, so a
 * query issued while another caller's transaction is open runs inside that transaction (docs/adr/0004). Here every caller
 * has a connection of its own, and PGlite's transaction lock makes the others wait.
 */
export function pgliteDialect(pglite: PGlite): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PGliteDriver(pglite),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  }
}

class PGliteDriver implements Driver {
  readonly #pglite: PGlite

  constructor(pglite: PGlite) {
    this.#pglite = pglite
  }

  async init(): Promise<void> {
    await this.#pglite.waitReady
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new PGliteConnection(this.#pglite))
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).begin()
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).end('commit')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await own(connection).end('rollback')
  }

  async releaseConnection(): Promise<void> {
    // A connection here is only the lock of a transaction, which the transaction's end has released.
  }

  async destroy(): Promise<void> {
    // The opener of the database closes it.
  }
}

function own(connection: DatabaseConnection): PGliteConnection {
  if (connection instanceof PGliteConnection) return connection
  throw new Error('this connection belongs to another driver')
}

class PGliteConnection implements DatabaseConnection {
  readonly #pglite: PGlite
  #transaction: Transaction | null = null
  #finish: ((how: 'commit' | 'rollback') => void) | null = null
  #ended: Promise<void> = Promise.resolve()

  constructor(pglite: PGlite) {
    this.#pglite = pglite
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const target = this.#transaction ?? this.#pglite
    const { affectedRows, rows } = await target.query<R>(query.sql, [...storable(query).parameters])
    return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) }
  }

  // eslint-disable-next-line require-yield -- the interface wants a generator
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('PGlite does not stream')
  }

  async begin(): Promise<void> {
    const begun = Promise.withResolvers<void>()
    const how = Promise.withResolvers<'commit' | 'rollback'>()
    this.#finish = how.resolve
    this.#ended = this.#pglite.transaction(async (transaction) => {
      this.#transaction = transaction
      begun.resolve()
      if ((await how.promise) === 'rollback') await transaction.rollback()
    })
    this.#ended.catch(begun.reject)
    await begun.promise
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    this.#finish?.(how)
    this.#finish = null
    try {
      await this.#ended
    } finally {
      this.#transaction = null
    }
  }
}
