import type { CustomBackend, Settings } from '../contract/backend.ts'
import { AppError } from '../lib/app-error.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../models/vault.ts'

/**
 * The value shown in place of every environment value of a custom backend, which often holds its key. Values are stored
 * sealed and opened when the backend is started; a client that sends the mask back leaves the value unchanged.
 */
const mask = '********'
const SEALED = 'sealed:'
/**
 * The maximum length of a value in characters: a sealed value is longer than the original and must fit into the same
 * column.
 */
const VALUE_CHARS = 4096

/** Returns the settings for display: every environment value is replaced by the mask. */
export function withMaskedEnv<T extends Pick<Settings, 'backends'>>(settings: T): T {
  return { ...settings, backends: settings.backends.map((backend) => mapEnv(backend, () => mask)) }
}

/** Returns the settings that a client sent, with masked values replaced by those in force. Throws `AppError`. */
export function withoutMasks(wanted: Settings, inForce: Settings): Settings {
  return {
    ...wanted,
    backends: wanted.backends.map((backend) => {
      const known = inForce.backends.find(({ name }) => name === backend.name)
      return mapEnv(backend, (name, value) => (value === mask ? (known?.env[name] ?? unknown(name)) : value))
    }),
  }
}

function unknown(name: string): never {
  throw new AppError('masked_value', `There is no value of ${name} to keep: send the value itself.`)
}

/** Returns the backends with every value sealed; sealed ones are unchanged. Throws `AppError` for a value that is too long. */
export async function sealEnv(vault: Vault, backends: readonly CustomBackend[]): Promise<CustomBackend[]> {
  return Promise.all(
    backends.map((backend) =>
      mapEnvLater(backend, async (name, value) => {
        if (value.startsWith(SEALED)) return value
        if (value.length > VALUE_CHARS)
          throw new AppError(
            'value_too_long',
            `The value of ${name} is longer than ${VALUE_CHARS} characters.`,
          )
        return `${SEALED}${await vault.seal(subject(backend, name), value)}`
      }),
    ),
  )
}

/**
 * Returns the stored settings with every value opened. A value that the key of this data directory cannot open is left out
 * and logged.
 */
export async function openEnv(vault: Vault, log: Log, stored: Settings): Promise<Settings> {
  const open = async (backend: CustomBackend): Promise<CustomBackend> => {
    const entries = await Promise.all(
      Object.entries(backend.env).map(async ([name, value]): Promise<[string, string][]> => {
        if (!value.startsWith(SEALED)) return [[name, value]]
        try {
          return [[name, await vault.open(subject(backend, name), value.slice(SEALED.length))]]
        } catch (error) {
          log.warn({ err: error, backend: backend.name, variable: name }, 'a value cannot be opened')
          return []
        }
      }),
    )
    return { ...backend, env: Object.fromEntries(entries.flat()) }
  }
  return { ...stored, backends: await Promise.all(stored.backends.map(open)) }
}

/** Returns the subject under which a value is sealed; it can only be opened under the same subject. */
function subject(backend: CustomBackend, name: string): string {
  return `env of ${backend.name}: ${name}`
}

function mapEnv(backend: CustomBackend, change: (name: string, value: string) => string): CustomBackend {
  const entries = Object.entries(backend.env).map(([name, value]) => [name, change(name, value)] as const)
  return { ...backend, env: Object.fromEntries(entries) }
}

async function mapEnvLater(
  backend: CustomBackend,
  change: (name: string, value: string) => Promise<string>,
): Promise<CustomBackend> {
  const entries = await Promise.all(
    Object.entries(backend.env).map(async ([name, value]) => [name, await change(name, value)] as const),
  )
  return { ...backend, env: Object.fromEntries(entries) }
}
