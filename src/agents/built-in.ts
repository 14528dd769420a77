import fs from 'node:fs'
import path from 'node:path'
import { programFile } from '../lib/program-files.ts'
import { isRoot } from '../sandbox/identities.ts'
import type { Backend } from './backend.ts'
import { plainProfile, type Profile } from './profile.ts'

/** Options of the built-in backends: the location of Slipway itself. */
export interface BuiltInOptions {
  readonly version: string
  readonly nodePath: string
  /** The root of the Slipway package. */
  readonly packageRoot: string
  /** Node's compile cache directory, readable by the agents; null when there is none. */
  readonly compileCache: string | null
}

/** Returns the offline demo backend, which works from blueprints without a model. */
export function offlineDemo(options: BuiltInOptions): Backend {
  return builtIn(options, 'offline', {
    id: 'offline',
    displayName: 'Offline demo',
    kind: 'offline',
    session: { modes: { sandbox: 'work', ask: 'ask', deny: 'ask' }, config: {} },
  })
}

/** Returns the built-in team backend, which works with any model. */
export function builtInTeam(options: BuiltInOptions): Backend {
  return builtIn(options, 'team', {
    id: 'team',
    displayName: 'Built-in team',
    kind: 'acp',
    gateway: {
      wire: 'any',
      env: {},
      files: {
        '.slipway/model.json': { wire: '{speech}', url: '{base}', key: '{token}', model: '{model}' },
      },
      model: null,
    },
    session: { modes: { sandbox: 'work', ask: 'ask', deny: 'ask' }, config: {} },
  })
}

/** Returns a backend whose program is one of Slipway's own. */
function builtIn(
  { packageRoot, nodePath, version, compileCache }: BuiltInOptions,
  name: 'offline' | 'team',
  own: Partial<Profile> & Pick<Profile, 'id' | 'displayName' | 'kind'>,
): Backend {
  const compiled = compileCache === null ? [] : [compileCache]
  const program = programFile(name)
  const profile: Profile = {
    ...plainProfile,
    homepage: '',
    hint: '',
    tested: true,
    command: [nodePath, program],
    env: compileCache === null ? {} : { NODE_COMPILE_CACHE: compileCache },
    ...own,
  }
  return {
    profile,
    async detect() {
      try {
        await fs.promises.access(program, fs.constants.R_OK)
        await requireOpen(packageRoot)
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error)
        const remedy = error instanceof ClosedError ? `chmod go+rx ${packageRoot}` : 'install Slipway again'
        const reason = `Its program cannot be read (${cause}): ${remedy}.`
        return { available: false, reason, version: null, source: null, launch: null }
      }
      const launch = {
        command: profile.command,
        path: [],
        // Its dependencies may be elsewhere, behind a symbolic link.
        readable: [packageRoot, realPath(path.join(packageRoot, 'node_modules')), ...compiled],
        installDir: null,
      }
      return { available: true, reason: null, version, source: 'built_in', launch }
    },
  }
}

class ClosedError extends Error {}

/** Throws when the server runs as root and its agents, which run as another user, cannot read a directory. */
async function requireOpen(dir: string): Promise<void> {
  if (!isRoot()) return
  const { mode } = await fs.promises.stat(dir)
  if ((mode & 0o005) !== 0o005) throw new ClosedError(`${dir} is closed to other users`)
}

/** Returns the real path of a file; the path itself when it does not exist. */
function realPath(file: string): string {
  return fs.existsSync(file) ? fs.realpathSync(file) : file
}
