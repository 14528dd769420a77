import { JobDefaults, type Settings, type SettingsFile } from '../contract/backend.ts'
import { Retention } from '../contract/storage.ts'

/** Returns the settings in force: the file's values, and for the rest those that people have set. Pure. */
export function mergeSettings(stored: Settings, says: SettingsFile): Settings {
  const inFile = namesOf(says)
  return {
    default_backend: says.default_backend ?? stored.default_backend,
    backends: [...says.backends, ...stored.backends.filter(({ name }) => !inFile.has(name))],
    defaults: JobDefaults.parse({ ...stored.defaults, ...says.defaults }),
    limits: { ...stored.limits, ...says.limits },
    retention: Retention.parse({ ...stored.retention, ...says.retention }),
  }
}

/**
 * Returns the settings to store so that the wanted ones are in force, or the first wanted change that only the file can
 * make. Stored values that the file overrides are kept. Pure.
 */
export function splitForStore(
  wanted: Settings,
  stored: Settings,
  says: SettingsFile,
): { readonly store: Settings } | { readonly fixed: string } {
  const fixed = fixedBy(wanted, says)
  if (fixed !== null) return { fixed }
  const inFile = namesOf(says)
  return {
    store: {
      default_backend: says.default_backend === undefined ? wanted.default_backend : stored.default_backend,
      backends: [
        ...wanted.backends.filter(({ name }) => !inFile.has(name)),
        ...stored.backends.filter(({ name }) => inFile.has(name)),
      ],
      defaults: JobDefaults.parse({ ...wanted.defaults, ...entriesIn(stored.defaults, says.defaults) }),
      limits: {
        ...Object.fromEntries(
          Object.entries(wanted.limits).filter(([name]) => !Object.hasOwn(says.limits, name)),
        ),
        ...entriesIn(stored.limits, says.limits),
      },
      retention: Retention.parse({
        ...wanted.retention,
        ...entriesIn(stored.retention, says.retention),
      }),
    },
  }
}

/** Returns the first of these settings that differs from the file's value, in words; null when none does. */
function fixedBy(wanted: Settings, says: SettingsFile): string | null {
  const forced = mergeSettings(wanted, says)
  if (forced.default_backend !== wanted.default_backend) return 'The default backend'
  const backend = says.backends.find(
    (one) =>
      !same(
        one,
        wanted.backends.find(({ name }) => name === one.name),
      ),
  )
  if (backend !== undefined) return `The backend "${backend.name}"`
  const key = Object.keys(says.defaults).find(
    (one) => !same(valueOf(forced.defaults, one), valueOf(wanted.defaults, one)),
  )
  if (key !== undefined) return `The default "${key}" of new jobs`
  const limited = Object.keys(says.limits).find((name) => !same(says.limits[name], wanted.limits[name]))
  if (limited !== undefined) return `What is set for the limits of "${limited}"`
  return same(forced.retention, wanted.retention) ? null : 'How long jobs are kept'
}

function namesOf({ backends }: SettingsFile): ReadonlySet<string> {
  return new Set(backends.map(({ name }) => name))
}

/** Returns the entries of `one` whose keys `other` has too. */
function entriesIn<T>(one: Readonly<Record<string, T>>, other: object): Record<string, T> {
  return Object.fromEntries(Object.entries(one).filter(([key]) => Object.hasOwn(other, key)))
}

function valueOf(record: object, key: string): unknown {
  return Object.entries(record).find(([name]) => name === key)?.[1]
}

/** Compares two values of one schema, whose keys are in the same order. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
