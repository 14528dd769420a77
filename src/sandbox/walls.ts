import { execa } from 'execa'
import fs from 'node:fs'
import path from 'node:path'
import { becomeUid, isRoot, trialUid } from './identities.ts'
import { outsideProgram } from './outside-program.ts'

/** The kinds of isolation, from the strongest to the weakest. */
export type Walls = 'bubblewrap' | 'namespaces' | 'process-group'

/** The walls of this machine, ready to be put around programs. */
export interface DetectedWalls {
  readonly walls: Walls
  /** Why it is not bubblewrap; null when it is. */
  readonly reason: string | null
  /** The version of bubblewrap; null for other walls. */
  readonly version: string | null
  /**
   * Returns the command that puts them up around the command after it. The program runs as `uid`; null leaves the uid
   * unchanged.
   */
  around(room: Room, uid: number | null): WallsCommand
}

export interface WallsCommand {
  /** Every program in it is named by its absolute path, and needs no environment. */
  readonly argv: readonly string[]
  /** Words that bubblewrap reads from descriptor 5, each ended by NUL, so that they do not appear in a list of processes. */
  readonly args: readonly string[]
}

/** The contents of the walls, as absolute paths. */
export interface Room {
  readonly writable: readonly string[]
  readonly readable: readonly string[]
  readonly masked: readonly string[]
}

const TRY_MS = 5000

/** The uid that agents and checks see as theirs, whatever uid they run as outside. */
const INSIDE_UID = '1000'

/**
 * Finds the strongest walls by actually putting them up, around `true`. `dirs` are the directories of the programs for it,
 * by default the system's. Throws when the server is root and nothing here can run a program as another user.
 */
export async function detectWalls(dirs?: readonly string[]): Promise<DetectedWalls> {
  const uid = isRoot() ? trialUid : null
  const bubblewrap = await tryBubblewrap(uid, dirs)
  if ('around' in bubblewrap) return bubblewrap
  const cause = bubblewrap.reason
  const namespaces = namespacesAround(dirs)
  if (namespaces !== null && (await fails(namespaces, uid)) === null)
    return {
      walls: 'namespaces',
      reason: `${cause}; agents can ${riskOf(uid)}`,
      version: null,
      around: namespaces,
    }
  const plain = processGroupAround(dirs)
  if (uid !== null && (await fails(plain, uid)) !== null)
    throw new Error(
      `${cause}, and without setpriv (package "util-linux") programs can only be run as root, which agents and checks must not be: install one of the two, or start Slipway as an ordinary user.`,
    )
  return {
    walls: 'process-group',
    reason: `${cause}; agents can ${riskOf(uid)}, and may leave processes behind`,
    version: null,
    around: plain,
  }
}

/** Describes what agents can do without bubblewrap. */
function riskOf(uid: number | null): string {
  return uid === null ? 'write wherever this user can' : 'read whatever every user of this machine can'
}

type Around = DetectedWalls['around']

async function tryBubblewrap(
  uid: number | null,
  dirs: readonly string[] | undefined,
): Promise<DetectedWalls | { readonly reason: string }> {
  const program = outsideProgram('bwrap', dirs)
  if (program === null) return { reason: 'bubblewrap is not installed: install the package "bubblewrap"' }
  const candidates = [bubblewrapAround(program, true, dirs), bubblewrapAround(program, false, dirs)]
  let failure = ''
  for (const around of uid === null ? candidates.slice(0, 1) : candidates) {
    const failed = await fails(around, uid)
    if (failed === null) {
      const version = await execa(program, ['--version'], { reject: false, timeout: TRY_MS, ...isolated })
      return {
        walls: 'bubblewrap',
        reason: null,
        version: version.stdout.replace(/^bubblewrap /, '') || null,
        around,
      }
    }
    failure ||= failed
  }
  return { reason: `bubblewrap does not work here (${failure})` }
}

/** Options of programs outside the walls: no environment and no input. */
const isolated = { env: {}, extendEnv: false, stdin: 'ignore' } as const

/** Puts walls up around `true`; returns null when it ran, else the error message. */
async function fails(around: Around, uid: number | null): Promise<string | null> {
  const { argv, args } = around({ writable: [], readable: [], masked: [] }, uid)
  const [program, ...rest] = [...argv, '/bin/sh', '-c', ':']
  const argList = rest[0] === '--args' ? [...args, ...rest.slice(2)] : rest
  const ran = await execa(program, argList, { reject: false, timeout: TRY_MS, ...isolated })
  return ran.exitCode === 0 ? null : (ran.stderr.trim().split('\n')[0] ?? 'unknown')
}

/**
 * The parts of the machine that are inside, read-only: programs and their libraries, settings, and kernel information.
 * Everything else (homes, other disks, data of servers) is absent unless a launch lists it.
 */
const MACHINE = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/opt',
  '/nix',
  '/gnu',
  '/snap',
  '/sys',
  '/var/lib/ca-certificates',
  '/var/cache/fontconfig',
]

/** Settings files that are often links to a path that is otherwise absent. */
const LINKED_SETTINGS = ['/etc/resolv.conf', '/etc/localtime', '/etc/hosts']

/** Files that only root may read, and so also a server that runs as root: hidden inside. */
const PASSWORDS = ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-']

/**
 * Bubblewrap: a root file system with only the listed entries, PID, IPC and UTS namespaces, no capability. For an ordinary
 * user it makes a user namespace. For root that would leave real root inside, so it switches to another uid instead, and
 * then, where the machine supports `mapped`, to a user namespace in which everything looks the same as for ordinary users.
 */
function bubblewrapAround(program: string, mapped: boolean, dirs: readonly string[] | undefined): Around {
  return (room, uid) => {
    const mounts: Mount[] = [
      ...MACHINE.map((file): Mount => [file, ['--ro-bind-try', file, file]]),
      ...LINKED_SETTINGS.flatMap(realPathOf).map((file): [string, string[]] => [
        file,
        ['--ro-bind', file, file],
      ]),
      ...['/tmp', '/var/tmp', '/dev/shm'].map((file): [string, string[]] => [
        file,
        ['--perms', '1777', '--tmpfs', file],
      ]),
      ...room.masked
        .filter(isDirectory)
        .map((dir) => fs.realpathSync(dir))
        .map((dir): Mount => [dir, ['--tmpfs', dir]]),
      ...room.readable
        .filter((file) => fs.existsSync(file))
        .map((file): Mount => [file, ['--ro-bind', file, file]]),
      ...room.writable.map((file): Mount => [file, ['--bind', file, file]]),
    ]
    // Parents before their contents: a later mount over a parent would hide an earlier one below it.
    const ordered = [...parentMounts(mounts), ...mounts]
      .toSorted(([a], [b]) => depth(a) - depth(b))
      .flatMap(([, args]) => args)
    const args = [
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      ...ordered,
      ...PASSWORDS.filter((file) => fs.existsSync(file)).flatMap((file) => ['--ro-bind', '/dev/null', file]),
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--die-with-parent',
      '--new-session',
      '--cap-drop',
      'ALL',
      '--clearenv',
      '--chdir',
      '/',
      ...(uid === null
        ? ['--unshare-user', '--uid', INSIDE_UID, '--gid', INSIDE_UID]
        : ['--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--cap-add', 'CAP_SETPCAP']),
    ]
    return { argv: [program, '--args', '5', ...inside(uid, mapped, dirs)], args }
  }
}

/** A path inside, and the bubblewrap arguments that put it there. */
type Mount = [string, string[]]

/** Returns the directories above the mounts, open to all users inside; bubblewrap would close them to all but root. */
function parentMounts(mounts: readonly Mount[]): Mount[] {
  const above = new Set(mounts.flatMap(([file]) => ancestorsOf(file)))
  return [...above].map((dir) => [dir, ['--perms', '0755', '--dir', dir]])
}

/** Returns every directory above a path except the root. */
export function ancestorsOf(file: string): string[] {
  const above = path.dirname(file)
  return above === path.dirname(above) ? [] : [...ancestorsOf(above), above]
}

/** Returns the command between bubblewrap and the program when the server is root. */
function inside(uid: number | null, mapped: boolean, dirs: readonly string[] | undefined): string[] {
  if (uid === null) return []
  const become = becomeUid(uid, dirs) ?? [missing('setpriv')]
  if (!mapped) return become
  const unshare = outsideProgram('unshare', dirs) ?? missing('unshare')
  return [...become, unshare, '--user', `--map-user=${INSIDE_UID}`, `--map-group=${INSIDE_UID}`]
}

/** Returns a path without a program: running it fails when it is tried. */
const missing = (name: string): string => `/nonexistent/${name}`

/** Walls without bubblewrap: a PID namespace whose end ends everything in it. Null without the programs for it. */
function namespacesAround(dirs: readonly string[] | undefined): Around | null {
  const setpriv = outsideProgram('setpriv', dirs)
  const unshare = outsideProgram('unshare', dirs)
  if (setpriv === null || unshare === null) return null
  return (_room, uid) => ({
    argv: [
      setpriv,
      '--pdeathsig',
      'KILL',
      unshare,
      ...(uid === null ? ['--user', '--map-current-user'] : []),
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      ...(uid === null ? [] : (becomeUid(uid, dirs) ?? [])),
    ],
    args: [],
  })
}

/** No walls except, for root, another uid. */
function processGroupAround(dirs: readonly string[] | undefined): Around {
  return (_room, uid) => ({
    argv: uid === null ? [] : (becomeUid(uid, dirs) ?? [missing('setpriv')]),
    args: [],
  })
}

/** Returns the real path of a file when it differs from its name; otherwise nothing. */
function realPathOf(file: string): string[] {
  if (!fs.existsSync(file)) return []
  const real = fs.realpathSync(file)
  return real === file ? [] : [real]
}

function isDirectory(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function depth(file: string): number {
  return path.resolve(file).split(path.sep).length
}
