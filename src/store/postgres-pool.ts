import pg from 'pg'
import type { Log } from '../lib/log.ts'
import { asDatabaseError, isDatabaseAway } from './database-away.ts'

/** Connections in the pool: transactions are short, so they do for any number of slots. */
const POOLED = 12
/** What one server needs of a PostgreSQL: its pool, and the session that listens. */
export const connectionsNeeded = POOLED + 1

const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 1000
/** How long a connection may take to come about, or to become free. */
const CONNECT_MS = 10_000

/** Connections to one PostgreSQL, none of whose ends is an error that nobody hears. */
export interface ConnectionPool {
  /** A connection, waited for at most `patienceMs` where the database is away or has none left. */
  connect(patienceMs: number): Promise<pg.PoolClient>
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
  /** Runs `ask` again until the database is there, at most `patienceMs`. */
  insist<T>(ask: () => Promise<T>, patienceMs: number): Promise<T>
  /** Cuts all connections: whoever waits for an answer on one is told that the database is away. */
  cut(): void
  /** From now on nobody waits for the database. */
  giveUp(): void
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
  // The pool listens to idle ones only; whoever has one checked out hears of its end by the query that fails.
  const open = new Set<pg.PoolClient>()
  pool.on('connect', (client) => {
    open.add(client)
    client.on('error', (error) => log.debug({ err: error }, 'a connection to the database was lost'))
  })
  pool.on('remove', (client) => open.delete(client))
  let isOver = false
  const insist = async <T>(ask: () => Promise<T>, patienceMs: number): Promise<T> => {
    const until = performance.now() + patienceMs
    for (let tried = 0; ; tried += 1) {
      try {
        return await ask()
      } catch (error) {
        const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tried, 10))
        if (isOver || !isDatabaseAway(error) || performance.now() + wait > until) throw error
        await new Promise((resolve) => setTimeout(resolve, wait))
      }
    }
  }
  return {
    insist,
    connect: (patienceMs) => insist(() => pool.connect().catch(rethrow), patienceMs),
    async query<R extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      // Several statements in one text have an answer each.
      const answers: (pg.QueryResult<R> | pg.QueryResult<R>[])[] = [
        await pool.query<R>(text, values).catch(rethrow),
      ]
      return { rows: answers.flat().flatMap((answer) => answer.rows) }
    },
    cut() {
      for (const client of open)
        client.connection.stream.destroy(new Error('Connection terminated: no answer'))
    },
    giveUp() {
      isOver = true
    },
    end: () => pool.end(),
  }
}

function rethrow(error: unknown): never {
  throw asDatabaseError(error)
}
