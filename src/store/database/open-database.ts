import { AsyncLocalStorage } from 'node:async_hooks'
import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '../../lib/app-error.ts'
import type { Log } from '../../lib/log.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { bindDataDirectory } from './bind-data-directory.ts'
import { Channels } from './channels.ts'
import { guarded, type Database } from './database.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** The file of the embedded database in the data directory. */
export const databaseFile = 'slipway.sqlite'
/** The directory of the embedded PostgreSQL of older versions, and the last version that opens it. */
const FORMER = { directory: 'pg', version: '0.1.0' } as const

/**
 * Opens the database of a data directory that the caller has locked, and migrates it. Throws `AppError` with an
 * explanation; nothing is left open then.
 */
export async function openDatabase(options: {
  dataDir: string
  url: string | null
  log: Log
}): Promise<Database> {
  const inside = new AsyncLocalStorage<true>()
  if (options.url === null) return openEmbedded(options.dataDir, inside)
  const database = await openPostgres(options.url, options.log, inside)
  try {
    await bindDataDirectory(database, options.dataDir)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

async function openEmbedded(dataDir: string, inside: AsyncLocalStorage<true>): Promise<Database> {
  refuseFormer(dataDir)
  const sqlite = openSqlite(path.join(dataDir, databaseFile))
  try {
    await migrate(sqlite.writer, 'sqlite')
  } catch (error) {
    sqlite.close()
    throw error
  }
  const channels = new Channels()
  const database: Database = {
    reader: sqlite.reader,
    engine: 'sqlite',
    tx: guarded(
      inside,
      (run) => sqlite.writer.transaction().execute(run),
      (notifications) => {
        for (const notification of notifications) channels.publish(notification)
      },
    ),
    // Reads follow each other without a turn of the event loop between them, and commits take place in turns of their own.
    read: (run) => run(sqlite.reader),
    // An embedded database is always available.
    get patient() {
      return database
    },
    listen: (channel, onNotify) => {
      const stop = channels.listen(channel, onNotify)
      return Promise.resolve(() => Promise.resolve(stop()))
    },
    retryWhileAway: (ask) => ask(),
    backUp: (file, read) => sqlite.backUp(file, () => read(sqlite.reader)),
    unavailableReason: () => null,
    close: () => Promise.resolve(sqlite.close()),
  }
  return database
}

/** Throws for a data directory that holds the embedded PostgreSQL of an older version. */
function refuseFormer(dataDir: string): void {
  if (!fs.existsSync(path.join(dataDir, FORMER.directory, 'PG_VERSION'))) return
  throw new AppError(
    'former_data_directory',
    `The data directory ${dataDir} holds a database that only Slipway ${FORMER.version} and older versions can open: start Slipway ${FORMER.version} with it, or pass another --data-dir.`,
  )
}

/** Creates the data directory, private to its owner. Throws `AppError` with the reason when it cannot be used. */
export function makeDataDirectory(dataDir: string): void {
  try {
    makeDirectory(dataDir)
    fs.accessSync(dataDir, fs.constants.W_OK)
    const probe = path.join(dataDir, `.write-${process.pid}`)
    fs.writeFileSync(probe, 'x')
    fs.rmSync(probe)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError(
      'data_dir_unusable',
      `The data directory ${dataDir} cannot be written (${reason}): pass another --data-dir, make room, or fix its permissions.`,
      { cause: error },
    )
  }
}
