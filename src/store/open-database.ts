import { AsyncLocalStorage } from 'node:async_hooks'
import fs from 'node:fs'
import path from 'node:path'
import { Kysely } from 'kysely'
import { fromPglite, PgBoss } from 'pg-boss'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'
import { bindDataDirectory } from './bind-data-directory.ts'
import { guarded, type Database } from './database.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { pgliteDialect } from './pglite-dialect.ts'
import { openPostgres } from './postgres.ts'
import { bossOptions, createQueues } from './queue.ts'
import { prepareDataDirectory } from './template.ts'

/**
 * Opens the database of a data directory that the caller has locked, migrates it and starts the queue. Throws `AppError`
 * with a message that says what to do; nothing is left open then.
 */
export async function openDatabase(options: {
  dataDir: string
  url: string | null
  log: Log
}): Promise<Database> {
  let opened: Database | null = null
  try {
    opened = await open(options)
    await migrate(opened.reader)
    if (opened.engine === 'postgres') await bindDataDirectory(opened, options.dataDir)
    opened.boss.on('error', (error) => options.log.error({ err: error }, 'queue'))
    opened.boss.on('warning', (warning) => options.log.debug({ warning }, 'queue'))
    await opened.boss.start()
    await createQueues(opened.boss)
    return opened
  } catch (error) {
    await opened?.close()
    throw error
  }
}

function open({ dataDir, url, log }: { dataDir: string; url: string | null; log: Log }): Promise<Database> {
  const inside = new AsyncLocalStorage<true>()
  return url === null ? openEmbedded(dataDir, inside) : openPostgres(url, log, inside)
}

async function openEmbedded(dataDir: string, inside: AsyncLocalStorage<true>): Promise<Database> {
  await prepareDataDirectory(dataDir)
  const embedded = await openPglite(path.join(dataDir, 'pg'))
  const { pglite } = embedded
  const reader = new Kysely<unknown>({ dialect: pgliteDialect(pglite) })
  const boss = new PgBoss({ ...bossOptions, backend: 'pglite', db: fromPglite(pglite) })
  const database: Database = {
    reader,
    boss,
    engine: 'pglite',
    tx: guarded(inside, (run) => reader.transaction().execute(run)),
    // An embedded database is never away.
    get patient() {
      return database
    },
    listen: (channel, onNotify) => pglite.listen(channel, onNotify),
    insist: (ask) => ask(),
    trouble: () => null,
    fsyncs: embedded.fsyncs,
    async close() {
      await boss.stop({ graceful: false })
      await embedded.close()
    },
  }
  return database
}

/** Creates the data directory, private to its owner. Throws `AppError` with the reason when it cannot be used. */
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
      'data_dir_unusable',
      `The data directory ${dataDir} cannot be written (${why}): pass another --data-dir, make room, or mend its permissions.`,
      { cause: error },
    )
  }
}

/**
 * Creates the directories one by one, because recursive `mkdir` never returns below a directory that refuses entries with
 * ENOENT, such as /proc.
 */
function makePrivate(dir: string): void {
  if (fs.existsSync(dir)) return
  const parent = path.dirname(dir)
  if (parent !== dir) makePrivate(parent)
  fs.mkdirSync(dir, { mode: 0o700 })
}
