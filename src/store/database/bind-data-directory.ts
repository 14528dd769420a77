import path from 'node:path'
import { AppError } from '../../lib/app-error.ts'
import { randomId } from '../../lib/chance.ts'
import { createOnce } from '../../lib/create-once.ts'
import type { Database } from './database.ts'
import { lockSetting, writeSetting } from '../server/settings.ts'

interface Binding {
  readonly id: string
  /** The path of the directory when a server last started on it. */
  readonly path: string
}

/**
 * Binds a database to the data directory that holds the repositories and the key of its jobs; with another directory, its
 * unfinished jobs could only fail. A directory that was moved is still the same. Throws `AppError` 409 on a mismatch.
 */
export async function bindDataDirectory(db: Database, dataDir: string): Promise<void> {
  const id = createOnce(path.join(dataDir, 'id'), () => `${randomId()}\n`).trim()
  const own: Binding = { id, path: dataDir }
  await db.tx(async (trx) => {
    const bound = await lockSetting<Binding>(trx, 'data_directory', own)
    if (bound.id !== id)
      throw new AppError(
        'other_data_directory',
        `The database of DATABASE_URL belongs to another data directory, ${bound.path}: start with that one, or give ${dataDir} a database of its own. If that directory is gone for good, so are the repositories of its jobs: delete the row "data_directory" from the table settings, then start again.`,
      )
    await writeSetting(trx, 'data_directory', own)
  })
}
