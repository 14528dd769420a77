import { askGit, runGit, type GitExit } from './git-process.ts'

/**
 * Options of a run of git, which always goes through this file. The environment holds only the variables listed here, and
 * every setting through which a repository could run a program is off. Git is only run on repositories that the server
 * owns; a `.git` that an agent can write is never used (docs/adr/0009).
 */
export interface GitOptions {
  readonly gitDir?: string
  readonly workTree?: string
  /** A separate index file, so that concurrent work does not share one. */
  readonly index?: string
  readonly input?: string | Uint8Array
  readonly signal?: AbortSignal | undefined
  /** Protocols that may be used; none unless a source is being fetched. */
  readonly allowProtocol?: string
  readonly maxBytes?: number
  readonly timeoutMs?: number
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Further settings, `name=value`; they take precedence over the switches. */
  readonly settings?: readonly string[]
  /** Exit codes that are results, not failures. */
  readonly accept?: readonly number[]
}

export interface GitResult {
  readonly stdout: Buffer
  readonly exitCode: number
}

export class GitError extends Error {
  override readonly name = 'GitError'
}

const TIMEOUT_MS = 300_000
const MAX_BYTES = 100_000_000

/** The options before every git command. */
export const switches: readonly string[] = asFlags([
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'safe.bareRepository=explicit',
  'diff.ignoreSubmodules=all',
  'submodule.recurse=false',
  'http.followRedirects=false',
  'transfer.fsckObjects=true',
  'protocol.ext.allow=never',
  'credential.helper=',
  'gc.auto=0',
  'advice.detachedHead=false',
  'init.defaultBranch=main',
  'core.quotePath=false',
  // Objects and references are forced to disk, so that recorded work survives a power loss.
  'core.fsync=committed,reference',
  'core.fsyncMethod=batch',
])

/** The complete environment of every git process; no protocol is allowed unless a call allows one. */
export const environment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  SSH_ASKPASS: '/bin/false',
  // A silent connection is closed after a minute, even when the server is no longer there to end it.
  GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15',
  GIT_EDITOR: 'true',
  GIT_PAGER: 'cat',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  // A repository that lacks objects is refused: fetching them would run what its settings name.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
}

/** Runs git; throws `GitError` with the command and the end of its stderr when it fails. */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return resultOf(args, options, await run(args, options))
}

/** Like `git`, for output that may be very long: returns its first `maxBytes`, and whether it was cut. */
export async function gitBeginning(
  args: readonly string[],
  options: GitOptions & { readonly maxBytes: number },
): Promise<{ readonly stdout: Buffer; readonly truncated: boolean }> {
  const ran = await run(args, options)
  if (ran.trouble === TOO_LONG) return { stdout: ran.stdout, truncated: true }
  return { stdout: resultOf(args, options, ran).stdout, truncated: false }
}

/** An object of a repository. */
export interface GitObject {
  readonly id: string
  readonly type: string
  readonly size: number
  /** Empty when only the object itself was asked for. */
  readonly contents: Buffer
}

/**
 * Finds an object by any name that git knows, such as `<commit>:<path>`, and reads its contents if asked to; null when there
 * is none. A git process that is kept for the repository answers: for single objects, one after the other.
 */
export async function gitObject(
  gitDir: string,
  object: Uint8Array,
  command: 'info' | 'contents',
): Promise<GitObject | null> {
  const args = ['cat-file', '-z', '--batch-command']
  const ran = await askGit({
    args: ['--no-pager', ...switches, ...locationArgs({ gitDir }), ...args],
    cwd: '/',
    env: environment,
    command,
    object,
    timeoutMs: TIMEOUT_MS,
  })
  const { stdout } = resultOf(args, {}, ran)
  if (stdout.length === 0) return null
  const head = stdout.indexOf('\n')
  const [id = '', type = '', size] = stdout.toString('latin1', 0, head).split(' ')
  return { id, type, size: Number(size), contents: stdout.subarray(head + 1) }
}

/** Node's error code for a process that was ended because it wrote more than `maxBytes`; the output up to there is kept. */
const TOO_LONG = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'

function run(args: readonly string[], options: GitOptions): Promise<GitExit> {
  return runGit(
    {
      args: [
        '--no-pager',
        ...switches,
        ...asFlags(options.settings ?? []),
        ...locationArgs(options),
        ...args,
      ],
      cwd: options.cwd ?? '/',
      env: environmentOf(options),
      input: options.input,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      maxBytes: options.maxBytes ?? MAX_BYTES,
    },
    options.signal,
  )
}

function resultOf(args: readonly string[], { accept }: GitOptions, ran: GitExit): GitResult {
  const { stdout, exitCode } = ran
  if (exitCode !== null && (exitCode === 0 || accept?.includes(exitCode))) return { stdout, exitCode }
  throw new GitError(`git ${args[0] ?? ''} failed: ${maskPasswords(reasonOf(ran))}`)
}

function asFlags(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => ['-c', setting])
}

/** Masks the users, passwords and tokens of the addresses in a text. */
export function maskPasswords(text: string): string {
  return text
    .replaceAll(/(:\/\/)[^\s/'"]*@/g, '$1…@')
    .replaceAll(/([?&][^=&#\s]*(?:token|password|passwd|secret|key|auth)[^=&#\s]*=)[^&#\s'"]+/gi, '$1…')
}

function locationArgs({ gitDir, workTree }: GitOptions): string[] {
  return [
    ...(gitDir === undefined ? [] : [`--git-dir=${gitDir}`]),
    ...(workTree === undefined ? [] : [`--work-tree=${workTree}`]),
  ]
}

function environmentOf({ allowProtocol, index, env }: GitOptions): Record<string, string> {
  return {
    ...environment,
    ...(allowProtocol === undefined ? {} : { GIT_ALLOW_PROTOCOL: allowProtocol }),
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    ...env,
  }
}

function reasonOf({ trouble, stderr }: GitExit): string {
  if (trouble === TOO_LONG) return 'its output is too large'
  if (trouble === 'ENOENT') return 'git is not installed: install it'
  if (trouble === 'SIGTERM') return 'it took too long, or was stopped'
  const message = stderr.toString('utf8').trim().slice(-1000)
  return trouble === null ? message : `${trouble} ${message}`.trim()
}

/** Runs git and returns its output as text, without the last newline. */
export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await git(args, options)).stdout.toString('utf8').replace(/\n$/, '')
}

/** Returns the environment that sets author and committer: the server commits; the author may be an agent. */
export function identity(author: string, at?: Date): Record<string, string> {
  const name = author.replaceAll(/[<>\n\r]/g, '').trim() || 'Slipway'
  const mail = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}@slipway.invalid`
  const date =
    at === undefined ? {} : { GIT_AUTHOR_DATE: at.toISOString(), GIT_COMMITTER_DATE: at.toISOString() }
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: mail,
    GIT_COMMITTER_NAME: 'Slipway',
    GIT_COMMITTER_EMAIL: 'slipway@slipway.invalid',
    ...date,
  }
}
