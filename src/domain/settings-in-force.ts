import { JobDefaults, type Settings, type SettingsFile } from '../contract/backend.ts'
import { Retention } from '../contract/storage.ts'

/** Returns the settings in force: the file's values, and for the rest those that people have set. Pure. */
export function mergeSettings(stored: Settings, file: SettingsFile): Settings {
  const inFile = namesOf(file)
  return {
    default_backend: file.default_backend ?? stored.default_backend,
    backends: [...file.backends, ...stored.backends.filter(({ name }) => !inFile.has(name))],
    defaults: JobDefaults.parse({ ...stored.defaults, ...file.defaults }),
    limits: { ...stored.limits, ...file.limits },
    retention: Retention.parse({ ...stored.retention, ...file.retention }),
  }
}

/**
 * Returns the settings to store so that the wanted ones are in force, or the first wanted change that only the file can
 * make. Stored values that the file overrides are kept. Pure.
 */
export function splitForStore(
  settings: Settings,
  stored: Settings,
  file: SettingsFile,
): { readonly store: Settings } | { readonly fixed: string } {
  const fixed = fixedBy(settings, file)
  if (fixed !== null) return { fixed }
  const inFile = namesOf(file)
  return {
    store: {
      default_backend: file.default_backend === undefined ? settings.default_backend : stored.default_backend,
      backends: [
        ...settings.backends.filter(({ name }) => !inFile.has(name)),
        ...stored.backends.filter(({ name }) => inFile.has(name)),
      ],
      defaults: JobDefaults.parse({ ...settings.defaults, ...entriesIn(stored.defaults, file.defaults) }),
      limits: {
        ...Object.fromEntries(
          Object.entries(settings.limits).filter(([name]) => !Object.hasOwn(file.limits, name)),
        ),
        ...entriesIn(stored.limits, file.limits),
      },
      retention: Retention.parse({
        ...settings.retention,
        ...entriesIn(stored.retention, file.retention),
      }),
    },
  }
}

/** Returns the first of these settings that differs from the file's value, in words; null when none does. */
function fixedBy(settings: Settings, file: SettingsFile): string | null {
  const forced = mergeSettings(settings, file)
  if (forced.default_backend !== settings.default_backend) return 'The default backend'
  const backend = file.backends.find(
    (first) =>
      !same(
        first,
        settings.backends.find(({ name }) => name === first.name),
      ),
  )
  if (backend !== undefined) return `The backend "${backend.name}"`
  const key = Object.keys(file.defaults).find(
    (first) => !same(valueOf(forced.defaults, first), valueOf(settings.defaults, first)),
  )
  if (key !== undefined) return `The default "${key}" of new jobs`
  const limited = Object.keys(file.limits).find((name) => !same(file.limits[name], settings.limits[name]))
  if (limited !== undefined) return `What is set for the limits of "${limited}"`
  return same(forced.retention, settings.retention) ? null : 'How long jobs are kept'
}

function namesOf({ backends }: SettingsFile): ReadonlySet<string> {
  return new Set(backends.map(({ name }) => name))
}

/** Returns the entries of `one` whose keys `other` has too. */
function entriesIn<T>(first: Readonly<Record<string, T>>, second: object): Record<string, T> {
  return Object.fromEntries(Object.entries(first).filter(([key]) => Object.hasOwn(second, key)))
}

function valueOf(record: object, key: string): unknown {
  return Object.entries(record).find(([name]) => name === key)?.[1]
}

/** Compares two values of one schema, whose keys are in the same order. */
function same(first: unknown, second: unknown): boolean {
  return JSON.stringify(first) === JSON.stringify(second)
}
