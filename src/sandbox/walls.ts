import { execa } from 'execa'
import fs from 'node:fs'
import path from 'node:path'

/** What keeps a process in: from the strongest to the weakest that this machine can give. */
export type Walls = 'bubblewrap' | 'namespaces' | 'process-group'

export interface DetectedWalls {
  readonly walls: Walls
  /** Why it is not bubblewrap; null when it is. */
  readonly reason: string | null
  readonly version: string | null
}

const TRY_MS = 5000

/** Finds the strongest walls by putting them up for real, around `true`. */
export async function detectWalls(): Promise<DetectedWalls> {
  const [program, ...args] = bubblewrapCommand({ cwd: '/', writable: [], readable: [], masked: [] })
  const bubblewrap = await execa(program, [...args, 'true'], {
    reject: false,
    timeout: TRY_MS,
    stdin: 'ignore',
  })
  if (bubblewrap.exitCode === 0) {
    const version = await execa('bwrap', ['--version'], { reject: false, timeout: TRY_MS })
    return { walls: 'bubblewrap', reason: null, version: version.stdout.replace(/^bubblewrap /, '') || null }
  }
  const missing = bubblewrap.code === 'ENOENT'
  const why = missing
    ? 'bubblewrap is not installed: install the package "bubblewrap"'
    : `bubblewrap does not work here (${bubblewrap.stderr.trim().split('\n')[0] ?? 'unknown'})`
  const [unshare, ...unshareArgs] = namespacesCommand()
  const namespaces = await execa(unshare, [...unshareArgs, 'true'], {
    reject: false,
    timeout: TRY_MS,
    stdin: 'ignore',
  })
  if (namespaces.exitCode === 0)
    return { walls: 'namespaces', reason: `${why}; agents can write wherever this user can`, version: null }
  return {
    walls: 'process-group',
    reason: `${why}; agents can write wherever this user can, and may leave processes behind`,
    version: null,
  }
}

export interface Room {
  readonly cwd: string
  readonly writable: readonly string[]
  readonly readable: readonly string[]
  readonly masked: readonly string[]
}

/** The command line of bubblewrap up to the program: the machine read-only, the private hidden, the workspace open. */
export function bubblewrapCommand(room: Room): [string, ...string[]] {
  const hidden = ['/tmp', '/run', '/root', '/home', ...room.masked].filter(isDirectory)
  const mounts: [string, string[]][] = [
    ...hidden.map((dir): [string, string[]] => [dir, ['--tmpfs', dir]]),
    ...room.readable
      .filter((place) => fs.existsSync(place))
      .map((place): [string, string[]] => [place, ['--ro-bind', place, place]]),
    ...room.writable.map((place): [string, string[]] => [place, ['--bind', place, place]]),
  ]
  // Parents before what lies in them: a later mount over a parent would hide an earlier one below it.
  const ordered = mounts.toSorted(([a], [b]) => depth(a) - depth(b)).flatMap(([, args]) => args)
  const secret = ['/etc/shadow', '/etc/gshadow']
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => ['--ro-bind', '/dev/null', file])
  return [
    'bwrap',
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    ...ordered,
    ...secret,
    '--unshare-user',
    '--uid',
    '1000',
    '--gid',
    '1000',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--chdir',
    room.cwd,
  ]
}

/** Without bubblewrap: a PID namespace whose end is the end of everything in it. */
export function namespacesCommand(): [string, ...string[]] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user']
  return [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    ...user,
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ]
}

function isDirectory(place: string): boolean {
  const found = fs.lstatSync(place, { throwIfNoEntry: false })
  return found?.isDirectory() ?? false
}

function depth(place: string): number {
  return path.resolve(place).split(path.sep).length
}
