import type { Settings } from '../../contract/backend.ts'
import { splitForStore, mergeSettings } from '../../domain/settings-in-force.ts'
import { AppError } from '../../lib/app-error.ts'
import type { Log } from '../../lib/log.ts'
import type { Vault } from '../../models/vault.ts'
import type { Database } from '../../store/database/database.ts'
import { lockSettings, readSettings, writeSettings } from '../../store/server/settings.ts'
import { openEnv, sealEnv, withMaskedEnv, withoutMasks } from '../backend-env.ts'
import type { Engine } from '../engine.ts'
import type { ReadSettingsFile } from '../settings-file.ts'

/** The sources of the settings, and the vault that opens their sealed values. */
export interface SettingsStore {
  readonly db: Database
  readonly log: Log
  readonly vault: Vault
  readonly settingsFile: ReadSettingsFile
}

/** Returns the current settings: the file's values, and for the rest those that people have set. */
export async function settingsInForce({ db, log, vault, settingsFile }: SettingsStore): Promise<Settings> {
  return mergeSettings(await openEnv(vault, log, await readSettings(db.reader)), settingsFile.values)
}

/** Returns the settings with environment values masked, for display. */
export async function shownSettings(engine: Engine): Promise<Settings> {
  return withMaskedEnv(await settingsInForce(storeOf(engine)))
}

/** Stores these settings. Throws `AppError` when that would change a value that the file sets. */
export async function putSettings(engine: Engine, settings: Settings): Promise<Settings> {
  const { values, path } = engine.settingsFile
  const { vault } = engine.models
  const unmasked = withoutMasks(settings, await settingsInForce(storeOf(engine)))
  // Before the transaction, in which only the database is awaited.
  const sealed = new Map((await sealEnv(vault, unmasked.backends)).map((backend) => [backend.name, backend]))
  await engine.db.tx(async (trx) => {
    const change = splitForStore(unmasked, await lockSettings(trx), values)
    if ('fixed' in change)
      throw new AppError(
        'in_settings_file',
        `${change.fixed} is set in ${path}: change it there, and restart the server.`,
      )
    const backends = change.store.backends.map((backend) =>
      unmasked.backends.includes(backend) ? (sealed.get(backend.name) ?? backend) : backend,
    )
    await writeSettings(trx, { ...change.store, backends })
  })
  engine.settingsChanged()
  return shownSettings(engine)
}

/**
 * Seals environment values that an earlier version stored as plain text; runs at the start, before anything else changes
 * them.
 */
export async function sealStoredEnv(db: Database, vault: Vault): Promise<void> {
  const stored = await readSettings(db.reader)
  const backends = await sealEnv(vault, stored.backends)
  if (JSON.stringify(backends) === JSON.stringify(stored.backends)) return
  await db.tx(async (trx) => writeSettings(trx, { ...(await lockSettings(trx)), backends }))
}

function storeOf({ db, log, models, settingsFile }: Engine): SettingsStore {
  return { db, log, vault: models.vault, settingsFile }
}

/** Throws when the file names an unknown default backend: it is a typing error that would otherwise be ignored silently. */
export async function refuseUnknownDefault(engine: Engine): Promise<void> {
  const { values, locationOf } = engine.settingsFile
  const name = values.default_backend
  if (name === undefined || engine.catalogue.find(await engine.settings(), name) !== null) return
  throw new Error(`${locationOf('default_backend')}: there is no backend "${name}".`)
}
