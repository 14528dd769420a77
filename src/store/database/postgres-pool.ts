import pg from 'pg'
import { clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { pause } from '../../lib/timers.ts'
import { asDatabaseError, isDatabaseAway } from './database-away.ts'

/** The number of pooled connections: transactions are short, so it is enough for any number of slots. */
const POOLED = 12
/** The connections that one server needs: its pool, and the session that listens. */
export const connectionsNeeded = POOLED + 1

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1000
/** The time limit in ms for opening a connection, or for one to become free. */
const CONNECT_MS = 10_000

/** A pool of connections to one PostgreSQL in which every lost connection has an error handler. */
export interface ConnectionPool {
  /** Returns a connection; waits at most `patienceMs` while the database is away or has none left. */
  connect(patienceMs: number): Promise<pg.PoolClient>
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
  /** Retries `ask` while the database is away, for at most `patienceMs`. */
  retryWhileAway<T>(query: () => Promise<T>, patienceMs: number): Promise<T>
  /** Closes all connections at once: pending queries fail with an error that says that the database is away. */
  cut(): void
  /** Stops all waiting for the database. */
  stopRetrying(): void
  end(): Promise<void>
}

export function openConnectionPool(url: string, log: Log): ConnectionPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOLED,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'slipway',
  })
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection to the database was lost'))
  // The pool handles errors of idle connections only; a checked-out one reports its end by the query that fails.
  const open = new Set<pg.PoolClient>()
  pool.on('connect', (client) => {
    open.add(client)
    client.on('error', (error) => log.debug({ err: error }, 'a connection to the database was lost'))
  })
  pool.on('remove', (client) => open.delete(client))
  let isOver = false
  const retryWhileAway = async <T>(query: () => Promise<T>, patienceMs: number): Promise<T> => {
    const until = clock.steady() + patienceMs
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await query()
      } catch (error) {
        const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10))
        if (isOver || !isDatabaseAway(error) || clock.steady() + wait > until) throw error
        await pause(wait)
      }
    }
  }
  return {
    retryWhileAway,
    connect: (patienceMs) => retryWhileAway(() => pool.connect().catch(rethrow), patienceMs),
    async query<R extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      // A text with several statements yields one result for each.
      const answers: (pg.QueryResult<R> | pg.QueryResult<R>[])[] = [
        await pool.query<R>(text, values).catch(rethrow),
      ]
      return { rows: answers.flat().flatMap((answer) => answer.rows) }
    },
    cut() {
      for (const client of open)
        client.connection.stream.destroy(new Error('Connection terminated: no answer'))
    },
    stopRetrying() {
      isOver = true
    },
    end: () => pool.end(),
  }
}

function rethrow(error: unknown): never {
  throw asDatabaseError(error)
}
