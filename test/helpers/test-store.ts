import { openLog } from '../../src/lib/log.ts'
import type { Database } from '../../src/store/database/database.ts'
import { openDatabase } from '../../src/store/database/open-database.ts'
import { makeDir } from './made-dirs.ts'
import { databaseUrlFor } from './test-database.ts'

/** Opens a separate, migrated database: SQLite, or PostgreSQL in the projects that select it. The caller closes it. */
export async function openTestStore(dataDir = makeDir('slipway-store-')): Promise<Database> {
  const url = await databaseUrlFor(dataDir)
  return openDatabase({ dataDir, url: url ?? null, log: openLog('silent') })
}
