import { CustomBackend, Settings, type AddedBackend } from '../../contract/backend.ts'
import { backendOfEntry, type RegistryBackend } from '../../contract/registry.ts'
import { AppError } from '../../lib/app-error.ts'
import { forgetConformance } from '../../store/server/conformance.ts'
import { lockSettings, writeSettings } from '../../store/server/settings.ts'
import { sealEnv } from '../backend-env.ts'
import type { Engine } from '../engine.ts'
import { isDefinedIn } from '../settings-file.ts'

/** Adds a backend to the settings and returns its view. Throws `AppError` for a name that is taken. */
export async function addBackend(engine: Engine, backend: CustomBackend): Promise<AddedBackend> {
  const sealed = await sealEnv(engine.models.vault, [backend])
  await engine.db.tx(async (trx) => {
    const settings = await lockSettings(trx)
    if (backend.name === 'offline' || backend.name === 'team')
      throw new AppError(
        'built_in_backend',
        `The backend "${backend.name}" is part of Slipway: choose another name.`,
      )
    if (isDefinedIn(engine.settingsFile, backend.name))
      throw new AppError(
        'in_settings_file',
        `There is a backend "${backend.name}" in ${engine.settingsFile.path}: change it there, or choose another name.`,
      )
    if (settings.backends.some((other) => other.name === backend.name))
      throw new AppError(
        'backend_exists',
        `There is a backend "${backend.name}": remove it first, or choose another name.`,
      )
    const changed = Settings.safeParse({ ...settings, backends: [...settings.backends, ...sealed] })
    if (!changed.success)
      throw new AppError('too_many_backends', 'There are as many backends as there can be: remove one.')
    await writeSettings(trx, changed.data)
  })
  engine.settingsChanged()
  const all = await engine.catalogue.list(await engine.settings())
  const view = all.find((other) => other.name === backend.name)
  if (view === undefined) throw new AppError('backend_not_found', `"${backend.name}" was removed meanwhile.`)
  return { ...view, default_backend: all.find((other) => other.default)?.name ?? null }
}

const platforms: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/**
 * Adds an agent from its entry in the protocol's registry. Throws `AppError` for one that cannot be started on this
 * platform.
 */
export async function addRegistryBackend(engine: Engine, entry: RegistryBackend): Promise<AddedBackend> {
  const platform = `${process.platform}-${platforms[process.arch] ?? process.arch}`
  const described = backendOfEntry(entry, platform)
  if (described === null)
    throw new AppError(
      'no_distribution',
      `The registry knows no way to start "${entry.registry.id}" on ${platform}: add it by its command.`,
    )
  const backend = CustomBackend.safeParse(described)
  if (!backend.success)
    throw new AppError(
      'bad_registry_entry',
      `The registry's entry cannot be used: ${backend.error.issues[0]?.path.join('.')}: ${backend.error.issues[0]?.message}.`,
    )
  return addBackend(engine, backend.data)
}

/** Removes a backend that was added. Throws `AppError` for one that is part of Slipway or does not exist. */
export async function removeBackend(engine: Engine, name: string): Promise<void> {
  await engine.db.tx(async (trx) => {
    const settings = await lockSettings(trx)
    if (isDefinedIn(engine.settingsFile, name))
      throw new AppError(
        'in_settings_file',
        `The backend "${name}" is defined in ${engine.settingsFile.path}: remove it there, and restart the server.`,
      )
    if (!settings.backends.some((backend) => backend.name === name)) {
      if (engine.catalogue.find(settings, name) !== null)
        throw new AppError('built_in_backend', `"${name}" is known to Slipway and cannot be removed.`)
      throw new AppError('backend_not_found', `There is no backend "${name}".`)
    }
    await forgetConformance(trx, name)
    await writeSettings(trx, {
      ...settings,
      default_backend: settings.default_backend === name ? null : settings.default_backend,
      backends: settings.backends.filter((backend) => backend.name !== name),
    })
  })
  engine.settingsChanged()
}
