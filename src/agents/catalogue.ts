import type { BackendLimits, BackendView, Settings } from '../contract/backend.ts'
import type { Conformance } from '../contract/conformance.ts'
import type { Backend, Detection } from './backend.ts'
import { builtInTeam, offlineDemo, type BuiltInOptions } from './built-in.ts'
import { customProfile } from './custom-profile.ts'
import { detectProfile, type InstallLocations } from './detect.ts'
import { fill } from './placeholders.ts'
import { knownProfiles } from './known-profiles.ts'
import type { Profile } from './profile.ts'
import type { ModelRoute } from './model-route.ts'

/**
 * The available backends: those added in settings, those that Slipway knows, its own team, and the offline demo. Detection
 * checks the machine on every call, so that a newly installed program is found without a restart.
 */
export interface Catalogue {
  readonly locations: InstallLocations
  list(settings: Settings): Promise<BackendView[]>
  find(settings: Settings, name: string): Backend | null
}

export interface CatalogueOptions extends InstallLocations, BuiltInOptions {
  /** Returns the current route of a backend to its models. */
  readonly routeOf: (profile: Profile) => Promise<ModelRoute>
  /** Returns the conformance kit results, keyed by backend name. */
  readonly conformance: () => Promise<ReadonlyMap<string, Conformance>>
  /** Returns the settings file that defines a backend; null for all others. */
  readonly fileOf: (name: string) => string | null
}

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const builtIns = [builtInTeam(options), offlineDemo(options)]
  const all = (settings: Settings): Backend[] => {
    const custom = settings.backends.map(customProfile)
    // A backend added under a known name replaces the known one.
    const known = knownProfiles.filter((profile) => custom.every((other) => other.id !== profile.id))
    const detectable = (profile: Profile): Backend => ({
      profile,
      detect: () => detectProfile(profile, options),
    })
    return [...custom.map(detectable), ...known.map(detectable), ...builtIns].map((backend) => ({
      ...backend,
      profile: withLimits(backend.profile, settings.limits[backend.profile.id]),
    }))
  }
  return {
    locations: options,
    find: (settings, name) => all(settings).find((backend) => backend.profile.id === name) ?? null,
    async list(settings) {
      const backends = all(settings)
      const results = await options.conformance()
      const detected = await Promise.all(
        backends.map(async ({ profile, detect }) => ({
          profile,
          found: await detect(),
          route: await options.routeOf(profile),
        })),
      )
      const usable = detected.filter(({ found, route }) => found.available && route.auth !== null)
      const standard =
        usable.find(({ profile }) => profile.id === settings.default_backend) ??
        // An agent that may not be logged in, or that a person added, never becomes the default unless it was chosen.
        usable.find(
          ({ profile, route }) => !isAdded(settings, profile) && (route.auth !== 'own' || route.isCertain),
        )
      return detected.map((one) => ({
        ...view(one.profile, one.found, one.route, one.profile === standard?.profile),
        conformance: results.get(one.profile.id) ?? null,
        file: options.fileOf(one.profile.id),
      }))
    },
  }
}

function isAdded(settings: Settings, { id }: Profile): boolean {
  return settings.backends.some((backend) => backend.name === id)
}

/** Limits set by a person for a backend override those of its profile. */
function withLimits(profile: Profile, limits: BackendLimits = {}): Profile {
  const { start, first_update, silence, turn } = limits
  return {
    ...profile,
    limits: {
      ...profile.limits,
      ...(start === undefined ? {} : { startMs: start * 1000 }),
      ...(first_update === undefined ? {} : { firstUpdateMs: first_update * 1000 }),
      ...(silence === undefined ? {} : { silenceMs: silence * 1000 }),
      ...(turn === undefined ? {} : { turnMs: turn * 1000 }),
    },
  }
}

function view(
  profile: Profile,
  found: Detection,
  route: ModelRoute,
  standard: boolean,
): Omit<BackendView, 'conformance' | 'file'> {
  const { install } = profile
  return {
    name: profile.id,
    display_name: profile.displayName,
    kind: profile.kind,
    available: found.available && route.auth !== null,
    reason: found.reason ?? (route.auth === null ? route.reason : null),
    version: found.version,
    default: standard,
    homepage: profile.homepage,
    tested: profile.tested,
    installed: found.source,
    install:
      install === null
        ? null
        : {
            version: install.version,
            packages: Object.entries(install.packages).map(([name, version]) => `${fill(name)}@${version}`),
          },
    auth: route.auth,
    provider: route.auth === 'gateway' ? route.provider : null,
    model: route.auth === 'gateway' ? route.model : null,
  }
}
