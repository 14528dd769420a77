import type { Settings } from '../../contract/backend.ts'
import { splitForStore, mergeSettings } from '../../domain/settings-in-force.ts'
import { AppError } from '../../lib/app-error.ts'
import type { Log } from '../../lib/log.ts'
import type { Vault } from '../../models/vault.ts'
import type { Database } from '../../store/database.ts'
import { holdSettings, readSettings, writeSettings } from '../../store/settings.ts'
import { openEnv, sealEnv, withMaskedEnv, withoutMasks } from '../backend-env.ts'
import type { Engine } from '../engine.ts'
import type { ReadSettingsFile } from '../settings-file.ts'

/** Where settings come from, and what opens their sealed parts. */
export interface SettingsPlace {
  readonly db: Database
  readonly log: Log
  readonly vault: Vault
  readonly settingsFile: ReadSettingsFile
}

/** The settings as they are now: the file's, and for the rest what people have set. */
export async function settingsInForce({ db, log, vault, settingsFile }: SettingsPlace): Promise<Settings> {
  return mergeSettings(await openEnv(vault, log, await readSettings(db.reader)), settingsFile.values)
}

/** The settings as anybody may see them. */
export async function shownSettings(engine: Engine): Promise<Settings> {
  return withMaskedEnv(await settingsInForce(placeOf(engine)))
}

/** Lets these settings be in force. Throws `AppError` when that would change what stands in the file. */
export async function putSettings(engine: Engine, wanted: Settings): Promise<Settings> {
  const { values: says, path } = engine.settingsFile
  const { vault } = engine.models
  const unmasked = withoutMasks(wanted, await settingsInForce(placeOf(engine)))
  await engine.db.tx(async (trx) => {
    const change = splitForStore(unmasked, await holdSettings(trx), says)
    if ('fixed' in change)
      throw new AppError(
        'in_settings_file',
        `${change.fixed} stands in ${path}: change it there, and start the server again.`,
      )
    await writeSettings(trx, { ...change.store, backends: await sealEnv(vault, change.store.backends) })
  })
  engine.settingsChanged()
  return shownSettings(engine)
}

/** Seals what an earlier version has stored in clear. */
export async function sealStoredEnv(db: Database, vault: Vault): Promise<void> {
  await db.tx(async (trx) => {
    const stored = await holdSettings(trx)
    const backends = await sealEnv(vault, stored.backends)
    if (JSON.stringify(backends) !== JSON.stringify(stored.backends))
      await writeSettings(trx, { ...stored, backends })
  })
}

function placeOf({ db, log, models, settingsFile }: Engine): SettingsPlace {
  return { db, log, vault: models.vault, settingsFile }
}

/** A default that the file names and nobody knows is a slip of the pen, and would be passed over in silence. */
export async function refuseUnknownDefault(engine: Engine): Promise<void> {
  const { values: says, place } = engine.settingsFile
  const name = says.default_backend
  if (name === undefined || engine.catalogue.find(await engine.settings(), name) !== null) return
  throw new Error(`${place('default_backend')}: there is no backend "${name}".`)
}
