import { AsyncLocalStorage } from 'node:async_hooks'
import fs from 'node:fs'
import path from 'node:path'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { fromPglite, PgBoss } from 'pg-boss'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'
import { lockDirectory } from './lock.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { pgliteDialect } from './pglite-dialect.ts'
import { bossOptions, createQueues } from './queue.ts'
import { prepareDataDirectory } from './template.ts'

export type Trx = Transaction<unknown>
export type Reader = Kysely<unknown>

/**
 * The one way into the database, the same on PGlite and PostgreSQL. `tx` does not nest: on one connection a nested
 * transaction would wait for itself for ever, so it throws on both engines.
 */
export interface Database {
  readonly reader: Reader
  readonly boss: PgBoss
  readonly engine: 'pglite' | 'postgres'
  tx<T>(run: (trx: Trx) => Promise<T>): Promise<T>
  /** Calls back for each notification on `channel`, and after each reconnect with `null`: then re-read. */
  listen(channel: string, onNotify: (payload: string | null) => void): Promise<() => Promise<void>>
  /** Forced writes so far, where the engine counts them. */
  fsyncs(): number | null
  close(): Promise<void>
}

const SLOW_RECONNECT_MS = 500

/** Opens, migrates and starts the queue. Throws `AppError` with a sentence that says what to do. */
export async function openDatabase(options: {
  dataDir: string
  url: string | null
  log: Log
}): Promise<Database> {
  const opened =
    options.url === null ? await openEmbedded(options.dataDir) : await openServer(options.url, options.log)
  try {
    await migrate(opened.reader)
    opened.boss.on('error', (error) => options.log.error({ err: error }, 'queue'))
    opened.boss.on('warning', (warning) => options.log.debug({ warning }, 'queue'))
    await opened.boss.start()
    await createQueues(opened.boss)
    return opened
  } catch (error) {
    await opened.close()
    throw error
  }
}

function guardedTx(reader: Reader): Database['tx'] {
  const inside = new AsyncLocalStorage<true>()
  return (run) => {
    if (inside.getStore()) throw new Error('already in a transaction: use the one you were given')
    return inside.run(true, () => reader.transaction().execute(run))
  }
}

async function openEmbedded(dataDir: string): Promise<Database> {
  makeDataDirectory(dataDir)
  const lock = await lockDirectory(dataDir)
  try {
    await prepareDataDirectory(dataDir)
    const embedded = await openPglite(path.join(dataDir, 'pg'))
    const { pglite } = embedded
    const reader = new Kysely<unknown>({ dialect: pgliteDialect(pglite) })
    const boss = new PgBoss({ ...bossOptions, backend: 'pglite', db: fromPglite(pglite) })
    return {
      reader,
      boss,
      engine: 'pglite',
      tx: guardedTx(reader),
      listen: (channel, onNotify) => pglite.listen(channel, onNotify),
      fsyncs: embedded.fsyncs,
      async close() {
        await boss.stop({ graceful: false })
        await embedded.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Makes the data directory private to its owner, or says why it cannot be used. */
export function makeDataDirectory(dataDir: string): void {
  try {
    makePrivate(dataDir)
    fs.accessSync(dataDir, fs.constants.W_OK)
    const probe = path.join(dataDir, `.write-${process.pid}`)
    fs.writeFileSync(probe, 'x')
    fs.rmSync(probe)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError(
      500,
      'data_dir_unusable',
      `The data directory ${dataDir} cannot be written (${why}): pass another --data-dir, make room, or mend its permissions.`,
      { cause: error },
    )
  }
}

/** `mkdir` with `recursive` never returns below a directory that refuses entries with ENOENT, such as /proc. */
function makePrivate(dir: string): void {
  if (fs.existsSync(dir)) return
  const parent = path.dirname(dir)
  if (parent !== dir) makePrivate(parent)
  fs.mkdirSync(dir, { mode: 0o700 })
}

async function openServer(url: string, log: Log): Promise<Database> {
  // Equal types on both engines: PGlite gives bigint as a number too.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  pool.on('error', (error) => log.warn({ err: error }, 'database connection'))
  try {
    await pool.query('select 1')
  } catch (error) {
    await pool.end()
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError(
      500,
      'database_unreachable',
      `The database of DATABASE_URL cannot be reached (${why}): check the address and that the server runs.`,
      { cause: error },
    )
  }
  const reader = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const boss = new PgBoss({ ...bossOptions, connectionString: url, max: 6 })
  const listeners = new Set<() => Promise<void>>()
  return {
    reader,
    boss,
    engine: 'postgres',
    tx: guardedTx(reader),
    async listen(channel, onNotify) {
      const stop = await listenForever(url, channel, onNotify)
      listeners.add(stop)
      return stop
    },
    fsyncs: () => null,
    async close() {
      await boss.stop({ graceful: false })
      for (const stop of listeners) await stop()
      await pool.end()
    },
  }
}

/** One dedicated session that listens, reconnects, and says so, because what was told meanwhile is lost. */
async function listenForever(
  url: string,
  channel: string,
  onNotify: (payload: string | null) => void,
): Promise<() => Promise<void>> {
  let stopped = false
  let client: pg.Client | null = null
  const connect = async (): Promise<void> => {
    if (stopped) return
    const fresh = new pg.Client({ connectionString: url, keepAlive: true })
    client = fresh
    fresh.on('notification', (message) => onNotify(message.payload ?? ''))
    fresh.on('error', () => onNotify(null))
    fresh.on('end', () => {
      if (!stopped) setTimeout(() => void connect().catch(() => fresh.emit('end')), SLOW_RECONNECT_MS)
    })
    await fresh.connect()
    await fresh.query(`listen ${channel}`)
    onNotify(null)
  }
  await connect()
  return async () => {
    stopped = true
    await client?.end()
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
