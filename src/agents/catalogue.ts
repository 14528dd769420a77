import type { BackendLimits, BackendView, Settings } from '../contract/backend.ts'
import type { Conformance } from '../contract/conformance.ts'
import type { Backend, Detection } from './backend.ts'
import { builtInTeam, offlineDemo, type BuiltInOptions } from './built-in.ts'
import { customProfile } from './custom-profile.ts'
import { detectProfile, type Places } from './detect.ts'
import { fill } from './placeholders.ts'
import { knownProfiles } from './known-profiles.ts'
import type { Profile } from './profile.ts'
import type { ModelRoute } from './model-route.ts'

/**
 * Which backends there are: those a person added in settings, those that Slipway knows, its own team, and the offline demo.
 * Detection looks at the machine each time it is asked, so that what a person has just installed is seen without a
 * restart.
 */
export interface Catalogue {
  readonly places: Places
  list(settings: Settings): Promise<BackendView[]>
  find(settings: Settings, name: string): Backend | null
}

export interface CatalogueOptions extends Places, BuiltInOptions {
  /** How a backend reaches models now. */
  readonly reach: (profile: Profile) => Promise<ModelRoute>
  /** What the conformance kit found of backends, by their names. */
  readonly conformance: () => Promise<ReadonlyMap<string, Conformance>>
  /** The file of settings in which a backend stands; null for all others. */
  readonly fileOf: (name: string) => string | null
}

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const ours = [builtInTeam(options), offlineDemo(options)]
  const all = (settings: Settings): Backend[] => {
    const custom = settings.backends.map(customProfile)
    // Who adds a backend under a known name means to replace it.
    const known = knownProfiles.filter((profile) => custom.every((other) => other.id !== profile.id))
    const detectable = (profile: Profile): Backend => ({
      profile,
      detect: () => detectProfile(profile, options),
    })
    return [...custom.map(detectable), ...known.map(detectable), ...ours].map((backend) => ({
      ...backend,
      profile: withLimits(backend.profile, settings.limits[backend.profile.id]),
    }))
  }
  return {
    places: options,
    find: (settings, name) => all(settings).find((backend) => backend.profile.id === name) ?? null,
    async list(settings) {
      const backends = all(settings)
      const tried = await options.conformance()
      const detected = await Promise.all(
        backends.map(async ({ profile, detect }) => ({
          profile,
          found: await detect(),
          reach: await options.reach(profile),
        })),
      )
      const usable = detected.filter(({ found, reach }) => found.available && reach.auth !== null)
      const standard =
        usable.find(({ profile }) => profile.id === settings.default_backend) ??
        // Nobody is given an agent that may turn out not to be logged in, or one that somebody added, unless they asked for it.
        usable.find(
          ({ profile, reach }) => !isAdded(settings, profile) && (reach.auth !== 'own' || reach.sure),
        )
      return detected.map((one) => ({
        ...view(one.profile, one.found, one.reach, one.profile === standard?.profile),
        conformance: tried.get(one.profile.id) ?? null,
        file: options.fileOf(one.profile.id),
      }))
    },
  }
}

function isAdded(settings: Settings, { id }: Profile): boolean {
  return settings.backends.some((backend) => backend.name === id)
}

/** What a person set for a backend comes before what Slipway knows of it. */
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
  reach: ModelRoute,
  standard: boolean,
): Omit<BackendView, 'conformance' | 'file'> {
  const { install } = profile
  return {
    name: profile.id,
    display_name: profile.displayName,
    kind: profile.kind,
    available: found.available && reach.auth !== null,
    reason: found.reason ?? (reach.auth === null ? reach.reason : null),
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
    auth: reach.auth,
    provider: reach.auth === 'gateway' ? reach.provider : null,
    model: reach.auth === 'gateway' ? reach.model : null,
  }
}
