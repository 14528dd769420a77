import fs from 'node:fs'
import path from 'node:path'
import type { BackendView, Settings } from '../contract/backend.ts'
import type { Backend, Detection } from './backend.ts'
import { customProfile } from './custom-profile.ts'
import { detectProfile, type Places } from './detect.ts'
import { fill } from './placeholders.ts'
import { knownProfiles } from './known-profiles.ts'
import { plainSession, type Profile } from './profile.ts'
import type { Reach } from './reach.ts'

/**
 * Which backends there are: those a person added in settings, those that Slipway knows, and the offline demo.
 * Detection looks at the machine each time it is asked, so that what a person has just installed is seen without a
 * restart.
 */
export interface Catalogue {
  readonly places: Places
  list(settings: Settings): Promise<BackendView[]>
  find(settings: Settings, name: string): Backend | null
}

export interface CatalogueOptions extends Places {
  readonly version: string
  /** The root of the Slipway package, where the offline demo lives. */
  readonly packageRoot: string
  /** How a backend reaches models now. */
  readonly reach: (profile: Profile) => Promise<Reach>
}

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const offline = offlineDemo(options)
  const all = (settings: Settings): Backend[] => {
    const custom = settings.backends.map(customProfile)
    // Who adds a backend under a known name means to replace it.
    const known = knownProfiles.filter((profile) => custom.every((other) => other.id !== profile.id))
    const detectable = (profile: Profile): Backend => ({
      profile,
      detect: () => detectProfile(profile, options),
    })
    return [...custom.map(detectable), ...known.map(detectable), offline]
  }
  return {
    places: options,
    find: (settings, name) => all(settings).find((backend) => backend.profile.id === name) ?? null,
    async list(settings) {
      const backends = all(settings)
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
        // Nobody is given an agent that may turn out not to be logged in unless they asked for it.
        usable.find(({ reach }) => reach.auth !== 'own' || reach.sure)
      return detected.map((one) => view(one.profile, one.found, one.reach, one.profile === standard?.profile))
    },
  }
}

function view(profile: Profile, found: Detection, reach: Reach, standard: boolean): BackendView {
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

function offlineDemo(options: CatalogueOptions): Backend {
  const program = path.join(options.packageRoot, 'src', 'agents', 'offline', 'main.ts')
  const profile: Profile = {
    id: 'offline',
    displayName: 'Offline demo',
    kind: 'offline',
    homepage: '',
    tested: true,
    install: null,
    hint: '',
    command: [options.nodePath, program],
    env: {},
    files: {},
    gateway: null,
    login: [],
    session: plainSession,
    limits: {},
  }
  return {
    profile,
    async detect() {
      try {
        await fs.promises.access(program, fs.constants.R_OK)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        const reason = `Its program cannot be read (${why}): install Slipway again.`
        return { available: false, reason, version: null, source: null, launch: null }
      }
      const launch = {
        command: profile.command,
        path: [],
        // What it is made of may lie elsewhere, behind a link.
        readable: [options.packageRoot, realPlace(path.join(options.packageRoot, 'node_modules'))],
        installDir: null,
      }
      return { available: true, reason: null, version: options.version, source: 'built_in', launch }
    },
  }
}

/** Where a place really is; itself when it is not there. */
function realPlace(place: string): string {
  return fs.existsSync(place) ? fs.realpathSync(place) : place
}
