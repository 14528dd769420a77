import {
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { asDatabaseError } from './database-away.ts'
import type { ConnectionPool } from './postgres-pool.ts'
import { storable } from './storable.ts'

/**
 * A Kysely dialect over a pool of connections. Each connection is waited for at most `patienceMs`, and errors of a database
 * that is away are converted. With `rereads`, a read-only statement outside transactions is retried when the database goes
 * away.
 */
export function postgresDialect(pool: ConnectionPool, patienceMs: number, rereads: boolean): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new TellingDriver(pool, patienceMs, rereads),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class TellingDriver implements Driver {
  readonly #pool: ConnectionPool
  readonly #patienceMs: number
  readonly #rereads: boolean
  readonly #inner: Driver

  constructor(pool: ConnectionPool, patienceMs: number, rereads: boolean) {
    this.#pool = pool
    this.#patienceMs = patienceMs
    this.#rereads = rereads
    const connect = () => pool.connect(patienceMs)
    this.#inner = new PostgresDriver({ pool: { connect, end: pool.end, options: {} } })
  }

  init(): Promise<void> {
    return this.#inner.init()
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await this.#inner.acquireConnection()
    return new TellingConnection(inner, (query) =>
      this.#rereads ? this.#reread(inner, query) : inner.executeQuery(query),
    )
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return this.#inner.beginTransaction(innerOf(connection), settings).catch(rethrow)
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#inner.commitTransaction(innerOf(connection)).catch(rethrow)
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#inner.rollbackTransaction(innerOf(connection)).catch(rethrow)
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#inner.releaseConnection(innerOf(connection))
  }

  destroy(): Promise<void> {
    return this.#inner.destroy()
  }

  #reread<R>(first: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    if (!/^\s*select\b/i.test(query.sql)) return first.executeQuery<R>(query)
    let isFirst = true
    return this.#pool.retryWhileAway(async () => {
      if (isFirst) {
        isFirst = false
        return first.executeQuery<R>(query).catch(rethrow)
      }
      const other = await this.#inner.acquireConnection()
      try {
        return await other.executeQuery<R>(query).catch(rethrow)
      } finally {
        await this.#inner.releaseConnection(other)
      }
    }, this.#patienceMs)
  }
}

type Ask = <R>(query: CompiledQuery) => Promise<QueryResult<R>>

class TellingConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection
  readonly #ask: Ask

  constructor(inner: DatabaseConnection, ask: Ask) {
    this.inner = inner
    this.#ask = ask
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#ask<R>({ ...query, parameters: storable(query.parameters) }).catch(rethrow)
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize)
  }
}

function innerOf(connection: DatabaseConnection): DatabaseConnection {
  if (connection instanceof TellingConnection) return connection.inner
  throw new Error('this connection was made by another driver')
}

function rethrow(error: unknown): never {
  throw asDatabaseError(error)
}
