import type { BackendView } from '../../contract/backend.ts'
import type { Backend } from '../../agents/backend.ts'
import { installProfile, uninstallProfile } from '../../agents/install.ts'
import type { Profile } from '../../agents/profile.ts'
import { AppError } from '../../lib/app-error.ts'
import type { Engine } from '../engine.ts'

/** Backends being installed in this process: a second installation would write into the same directory. */
const underway = new Set<string>()

/** Installs a backend's pinned packages and returns the backend's view afterwards. Throws `AppError`. */
export async function installBackend(
  engine: Engine,
  name: string,
  onOutput: (text: string) => void,
  signal: AbortSignal,
): Promise<BackendView> {
  const profile = await requireInstallable(engine, name)
  underway.add(name)
  try {
    const { locations } = engine.catalogue
    await installProfile(profile, { locations, env: engine.installEnv, onOutput, signal })
  } finally {
    underway.delete(name)
  }
  return view(engine, name)
}

/** Removes Slipway's own installation of a backend; a person's installation is left alone. Throws `AppError`. */
export async function uninstallBackend(engine: Engine, name: string): Promise<BackendView> {
  const { profile } = await existing(engine, name)
  if (!(await uninstallProfile(profile, engine.catalogue.locations)))
    throw new AppError(
      'not_installed',
      `Slipway has not installed ${profile.displayName}: nothing to remove.`,
    )
  return view(engine, name)
}

/** Returns the profile of a backend that can be installed now. Throws `AppError` with the reason when it cannot. */
export async function requireInstallable(engine: Engine, name: string): Promise<Profile> {
  const { profile } = await existing(engine, name)
  if (profile.install === null) {
    const advice = profile.hint === '' ? 'it is part of Slipway' : profile.hint
    throw new AppError('not_installable', `Slipway cannot install ${profile.displayName}: ${advice}.`)
  }
  if (underway.has(name))
    throw new AppError('install_underway', `${profile.displayName} is being installed already: wait for it.`)
  return profile
}

async function existing(engine: Engine, name: string): Promise<Backend> {
  const settings = await engine.settings()
  const backend = engine.catalogue.find(settings, name)
  if (backend !== null) return backend
  const names = (await engine.catalogue.list(settings)).map((other) => other.name).join(', ')
  throw new AppError('backend_not_found', `There is no backend "${name}": choose one of ${names}.`)
}

async function view(engine: Engine, name: string): Promise<BackendView> {
  const found = (await engine.catalogue.list(await engine.settings())).find((other) => other.name === name)
  if (found === undefined) throw new AppError('backend_not_found', `The backend "${name}" is gone.`)
  return found
}
