import fs from 'node:fs'
import path from 'node:path'
import { Source } from '../../contract/source.ts'
import { clock } from '../../lib/clock.ts'
import { git, GitError, type GitOptions } from '../git/git.ts'
import { ForeignPartError, refuseForeignParts, type LocalRepository } from './local-source.ts'
import { badSource, sourceErrorOf } from './source-error.ts'

/** The branch of an empty start, and of a source whose HEAD names none. */
export const usualBranch = 'main'

/** A source that was examined. */
export interface FoundSource {
  /** The branch that its HEAD names; `usualBranch` when it names none. */
  readonly branch: string
  /** The reference where a job begins; null when there is no commit yet. */
  readonly ref: string | null
  readonly remote: Remote
}

/** The address and the options with which git reaches a source: flags come after its subcommand. */
export interface Remote {
  readonly from: string
  readonly flags: readonly string[]
  readonly options: Pick<GitOptions, 'allowProtocol' | 'settings'>
}

export interface FindOptions {
  /** The time limit in ms for the whole search. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** The branch to begin from, if the source still has it, whatever its HEAD names by now. */
  readonly branch?: string
}

/** Finds a source and its default branch without fetching. Throws `SourceError` when no job can begin from it. */
export async function findSource(source: string, options: FindOptions): Promise<FoundSource> {
  const read = Source.safeParse(source)
  if (!read.success)
    throw badSource(source, `It cannot be read: ${read.error.issues[0]?.message ?? 'it is no address'}.`)
  const local = path.isAbsolute(read.data) ? localRepository(path.resolve(read.data)) : null
  const remote = local === null ? remoteAt(read.data) : remoteIn(local.gitDir)
  const deadline = clock.steady() + options.timeoutMs
  const remainingMs = (): number => Math.max(1, Math.round(deadline - clock.steady()))
  const ask = async (...args: string[]): Promise<string[][]> => {
    const { stdout } = await git(['ls-remote', ...remote.flags, ...args], {
      ...remote.options,
      timeoutMs: remainingMs(),
      signal: options.signal,
    })
    const lines = stdout.toString('utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => line.split('\t'))
  }
  try {
    if (local !== null) await refusePartial(source, local, remainingMs())
    return { ...(await findBranch(source, local, options.branch, remote.from, ask)), remote }
  } catch (error) {
    if (error instanceof GitError) throw sourceErrorOf(source, error)
    throw error
  }
}

/** Refuses a partial clone: its missing objects would be fetched while it is read, by any program that its settings name. */
async function refusePartial(source: string, { gitDir }: LocalRepository, timeoutMs: number): Promise<void> {
  const partial = String.raw`^(extensions\.partialclone|remote\..*\.promisor)$`
  const { exitCode } = await git(['config', '--get-regexp', partial], { gitDir, accept: [1], timeoutMs })
  if (exitCode === 0)
    throw badSource(
      source,
      'It is a partial clone, which lacks some of its files: make a whole one (git clone without --filter) and give its path.',
    )
}

async function findBranch(
  source: string,
  local: LocalRepository | null,
  requested: string | undefined,
  from: string,
  ask: (...args: string[]) => Promise<string[][]>,
): Promise<Pick<FoundSource, 'branch' | 'ref'>> {
  const branchRef = requested === undefined ? [] : [`${heads}${requested}`]
  const lines = await ask('--symref', '--', from, 'HEAD', ...branchRef)
  const has = (ref: string): boolean => lines.some(([id, name]) => name === ref && !isSymref(id))
  const named = lines.find(([target, name]) => name === 'HEAD' && isSymref(target))?.[0]
  if (lines.some(([id = '']) => /^[0-9a-f]{64}$/.test(id)))
    throw badSource(source, 'It names its commits by SHA-256, and Slipway works with SHA-1 only.')
  if (has('HEAD')) {
    const branch = branchIn(named?.slice('ref: '.length))
    const moved = branchRef.find((ref) => branch !== requested && has(ref))
    return { branch, ref: moved ?? 'HEAD' }
  }
  return withoutHead(
    source,
    local,
    (await ask('--heads', '--', from)).map(([, ref = '']) => ref),
  )
}

/** Handles a repository whose HEAD leads to no commit: it is empty, or its default branch is missing. */
function withoutHead(
  source: string,
  local: LocalRepository | null,
  refs: readonly string[],
): Pick<FoundSource, 'branch' | 'ref'> {
  const [only, another] = refs
  if (only === undefined) return { branch: local === null ? usualBranch : unbornBranch(local), ref: null }
  if (another === undefined) return { branch: branchIn(only), ref: only }
  const names = refs.slice(0, NAMED).map((ref) => ref.slice(heads.length))
  const more = refs.length > NAMED ? ', …' : ''
  throw badSource(
    source,
    `Its HEAD names a missing branch, and it has several (${names.join(', ')}${more}): choose one in it, with git symbolic-ref HEAD refs/heads/<branch>.`,
  )
}

const heads = 'refs/heads/'
/** The maximum number of branches named in a message. */
const NAMED = 10

function isSymref(id: string | undefined): boolean {
  return id?.startsWith('ref: ') === true
}

/** Returns the branch name of a reference; the usual one when it is not a branch or not valid text. */
function branchIn(ref: string | undefined): string {
  if (ref?.startsWith(heads) !== true || ref.includes('\uFFFD')) return usualBranch
  return ref.slice(heads.length)
}

/** Returns the branch that an empty repository would begin with, from its HEAD. */
function unbornBranch({ gitDir }: LocalRepository): string {
  return branchIn(/^ref: (\S+)\n?$/.exec(fs.readFileSync(path.join(gitDir, 'HEAD'), 'utf8'))?.[1])
}

/**
 * Returns a remote for a local repository. It is read by git's own server for exactly this directory, whatever its owner:
 * that server only reads, and runs nothing that the repository names.
 */
function remoteIn(gitDir: string): Remote {
  return {
    from: gitDir,
    flags: [`--upload-pack=git -c 'safe.directory=*' upload-pack --strict`],
    options: { allowProtocol: 'file' },
  }
}

/**
 * Returns a remote for an address. Only the address's own protocol is allowed, except that http may become https; redirects
 * are followed once, at the beginning.
 */
function remoteAt(address: string): Remote {
  const [, scheme = 'ssh'] = /^([a-z]+):\/\//i.exec(address) ?? []
  const protocol = scheme.toLowerCase()
  return {
    from: address,
    flags: [],
    options: {
      allowProtocol: protocol === 'http' ? 'http:https' : protocol,
      settings: ['http.followRedirects=initial', 'http.lowSpeedLimit=1', 'http.lowSpeedTime=60'],
    },
  }
}

/** Returns the repository at a path. Throws `SourceError` when there is none. */
function localRepository(source: string): LocalRepository {
  try {
    const stat = fs.statSync(source, { throwIfNoEntry: false })
    if (stat === undefined) throw badSource(source, 'It does not exist on the machine of the server.')
    if (!stat.isDirectory())
      throw badSource(
        source,
        'It is a file: give the directory of a repository (a bundle can be cloned into one).',
      )
    const found = refuseForeignParts(source)
    fs.accessSync(found.gitDir, fs.constants.R_OK | fs.constants.X_OK)
    if (isRepository(found)) return found
    throw badSource(source, suggestionFor(source))
  } catch (error) {
    if (error instanceof ForeignPartError)
      throw badSource(
        source,
        `It reaches into another repository: ${error.message}. Make a whole clone (git clone --no-local) and give its path.`,
        error,
      )
    if (error instanceof Error && 'syscall' in error)
      throw badSource(source, `It cannot be read by the user of the server: ${error.message}.`, error)
    throw error
  }
}

function isRepository({ gitDir, main }: LocalRepository): boolean {
  const seen = (...names: [string, string]) => fs.lstatSync(path.join(...names), { throwIfNoEntry: false })
  const hasParts = ['objects', 'refs'].every((name) => seen(main, name)?.isDirectory())
  return hasParts && seen(gitDir, 'HEAD')?.isFile() === true
}

/** Suggests what to give instead of a directory that is not a repository. */
function suggestionFor(source: string): string {
  for (let above = path.dirname(source); above !== path.dirname(above); above = path.dirname(above)) {
    if (path.basename(above) === '.git') continue
    const isThere = fs.existsSync(path.join(above, '.git')) || isRepository({ gitDir: above, main: above })
    if (isThere) return `It is inside the repository ${above}: give ${above}.`
  }
  return 'There is no git repository in this directory: make one there (git init, and a commit of its files), or give another.'
}
