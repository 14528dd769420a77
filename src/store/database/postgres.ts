import type { AsyncLocalStorage } from 'node:async_hooks'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { AppError } from '../../lib/app-error.ts'
import type { Log } from '../../lib/log.ts'
import { asDatabaseError, isDatabaseAway } from './database-away.ts'
import type { Notification, OnNotify } from './channels.ts'
import { guarded, type Database, type Trx } from './database.ts'
import { migrate } from './migrate.ts'
import { DatabaseTaken, openListener } from './postgres-listener.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { connectionsNeeded, openConnectionPool, type ConnectionPool } from './postgres-pool.ts'
import type { Schema } from './schema.ts'

/** The time in ms that a request waits for a database that is away. */
const REQUEST_MS = 2000
/** The time in ms that running work waits for the database before it fails. */
const WORK_MS = 600_000
/** The time limit of the first connection in ms. */
const START_MS = 5000

/**
 * Connects to a PostgreSQL server, checks that it has enough connections, takes this server's lock on the database and
 * migrates it.
 */
export async function openPostgres(
  url: string,
  log: Log,
  inside: AsyncLocalStorage<true>,
): Promise<Database> {
  // Times, counts and sums are numbers, as on SQLite.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = openConnectionPool(url, log)
  const options = { url, log, connectMs: START_MS, onSilent: pool.cut }
  const listener = await openListener(options).catch(async (error: unknown) => {
    await pool.end()
    throw refusal(error)
  })
  try {
    await checkConnections(pool, log)
  } catch (error) {
    await Promise.all([listener.close(), pool.end()])
    throw refusal(error)
  }
  const send = openNotifications(pool, log)
  const shared = {
    engine: 'postgres' as const,
    listen: (channel: string, onNotify: OnNotify) => listener.listen(channel, onNotify),
    retryWhileAway: <T>(ask: () => Promise<T>) => pool.retryWhileAway(ask, WORK_MS),
    backUp: () => Promise.reject(new Error('PostgreSQL is backed up by pg_dump')),
    unavailableReason: () => listener.unavailableReason(),
    async close() {
      pool.stopRetrying()
      await listener.close()
      await pool.end()
    },
  }
  const reader = new Kysely<Schema>({ dialect: postgresDialect(pool, REQUEST_MS, false) })
  const patientReader = new Kysely<Schema>({ dialect: postgresDialect(pool, WORK_MS, true) })
  const writer = new Kysely<Schema>({ dialect: postgresDialect(pool, WORK_MS, false) })
  const patient: Database = {
    ...shared,
    reader: patientReader,
    tx: guarded(inside, (run) => transactUntilDone(pool, writer, run), send),
    read: (run) => pool.retryWhileAway(() => readTogether(writer, run), WORK_MS),
    get patient() {
      return patient
    },
  }
  const database: Database = {
    ...shared,
    reader,
    tx: guarded(inside, (run) => reader.transaction().execute(run), send),
    read: (run) => readTogether(reader, run),
    patient,
  }
  try {
    await migrate(reader, 'postgres')
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Runs reads in one transaction, which sees one state of the database. */
function readTogether<T>(db: Kysely<Schema>, run: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(run)
}

/**
 * Returns a function that sends notifications after their commit, those of one turn of the event loop together: inside a
 * transaction each would make commits wait for each other. A lost one is made up for by the next poll.
 */
function openNotifications(pool: ConnectionPool, log: Log): (notifications: readonly Notification[]) => void {
  let pending: Notification[] = []
  const flush = (): void => {
    const now = pending
    pending = []
    pool
      .query(
        'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as n(channel, payload)',
        [now.map(({ channel }) => channel), now.map(({ payload }) => payload)],
      )
      .catch((error: unknown) => log.warn({ err: error }, 'notifications could not be sent'))
  }
  return (notifications) => {
    if (notifications.length === 0) return
    if (pending.length === 0) setImmediate(flush)
    pending.push(...notifications)
  }
}

/**
 * Retries a transaction when the database becomes unavailable. When the response to its commit was lost, its transaction id tells
 * whether it took effect, so that nothing is done twice.
 */
async function transactUntilDone<T>(
  pool: ConnectionPool,
  writer: Kysely<Schema>,
  run: (trx: Trx) => Promise<T>,
): Promise<T> {
  let sent: { readonly xid: string | null; readonly result: T } | null = null
  return pool.retryWhileAway(async () => {
    if (sent !== null) {
      if (sent.xid === null || (await isCommitted(pool, sent.xid))) return sent.result
      sent = null
    }
    return writer.transaction().execute(async (trx) => {
      const result = await run(trx)
      const { rows } = await sql<{
        xid: string | null
      }>`select txid_current_if_assigned()::text as xid`.execute(trx)
      sent = { xid: rows[0]?.xid ?? null, result }
      return result
    })
  }, WORK_MS)
}

/** Throws the error of a database that is away while the outcome is not yet known. */
async function isCommitted(pool: ConnectionPool, xid: string): Promise<boolean> {
  const { rows } = await pool.query<{ status: string | null }>('select txid_status($1::bigint) as status', [
    xid,
  ])
  const [row] = rows
  if (row?.status === 'in progress')
    throw asDatabaseError(new Error('Connection terminated: its transaction has not ended yet'))
  return row?.status === 'committed'
}

interface Connections {
  readonly max: number
  readonly reserved: number
  readonly role: number
  readonly database: number
  readonly used: number
}

/** Throws for a PostgreSQL that can never give this server its connections; warns when it cannot at present. */
async function checkConnections(pool: ConnectionPool, log: Log): Promise<void> {
  const { rows } = await pool.query<Connections>(`
    select current_setting('max_connections')::int as max,
      current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved,
      (select rolconnlimit from pg_roles where rolname = current_user) as role,
      (select datconnlimit from pg_database where datname = current_database()) as database,
      (select count(*)::int from pg_stat_activity where datid is not null) as used`)
  const [found] = rows
  if (found === undefined) return
  const limits = [found.max - found.reserved, found.role, found.database].filter((limit) => limit >= 0)
  const usable = Math.min(...limits)
  if (usable < connectionsNeeded)
    throw new AppError(
      'database_connections',
      `A server needs ${connectionsNeeded} connections to its database, and this one gives ${usable}: raise max_connections of PostgreSQL, or the limit of the role or the database.`,
    )
  const free = found.max - found.reserved - found.used
  // Two of the used connections are this server's own.
  if (free + 2 < connectionsNeeded)
    log.warn(
      { max_connections: found.max, used: found.used, needed: connectionsNeeded },
      'the database may run out of connections: raise max_connections of PostgreSQL',
    )
}

function refusal(error: unknown): unknown {
  if (error instanceof DatabaseTaken) return new AppError('database_in_use', error.message, { cause: error })
  const known = asDatabaseError(error)
  if (!isDatabaseAway(known) && !isConnectionRefused(error)) return error
  const reason = error instanceof Error ? messageOf(error) : String(error)
  return new AppError(
    'database_unreachable',
    `The database of DATABASE_URL cannot be reached (${reason}): check the address and that the server runs.`,
    { cause: error },
  )
}

/** Whether PostgreSQL refused the login: wrong password, no such role, or no such database. */
function isConnectionRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(28|3D)/.test(String(error.code))
}

/** Returns the innermost message: the error may be one of Slipway's with a cause, or one error per address that was tried. */
function messageOf(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return inner instanceof Error ? messageOf(inner) : error.message
}
