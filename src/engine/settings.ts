import type { Settings } from '../contract/backend.ts'
import { beneath, overlaid } from '../domain/settings-in-force.ts'
import { AppError } from '../lib/app-error.ts'
import type { Database } from '../store/database.ts'
import { readSettings, writeSettings } from '../store/settings.ts'
import type { Engine } from './engine.ts'
import type { ReadSettingsFile } from './settings-file.ts'

/** The settings as they are now: the file's, and for the rest what people have set. */
export async function settingsInForce(db: Database, { says }: ReadSettingsFile): Promise<Settings> {
  return overlaid(await readSettings(db.reader), says)
}

/** Lets these settings be in force. Throws `AppError` when that would change what stands in the file. */
export async function putSettings(engine: Engine, wanted: Settings): Promise<Settings> {
  const { says, path } = engine.settingsFile
  await engine.db.tx(async (trx) => {
    const change = beneath(wanted, await readSettings(trx), says)
    if ('fixed' in change)
      throw new AppError(
        409,
        'in_settings_file',
        `${change.fixed} stands in ${path}: change it there, and start the server again.`,
      )
    await writeSettings(trx, change.store)
  })
  engine.settingsChanged()
  return settingsInForce(engine.db, engine.settingsFile)
}

/** A default that the file names and nobody knows is a slip of the pen, and would be passed over in silence. */
export async function refuseUnknownDefault(engine: Engine): Promise<void> {
  const { says, place } = engine.settingsFile
  const name = says.default_backend
  if (name === undefined || engine.catalogue.find(await engine.settings(), name) !== null) return
  throw new Error(`${place('default_backend')}: there is no backend "${name}".`)
}
