import fs from 'node:fs'
import path from 'node:path'
import { Source } from '../contract/source.ts'
import { git, GitError, type GitOptions } from './git.ts'
import { ForeignPartError, refuseForeignParts, type LocalRepository } from './local-source.ts'
import { badSource, sourceErrorOf } from './source-error.ts'

/** The branch of what begins from nothing, and of a source whose HEAD names none. */
export const usualBranch = 'main'

/** A source that was looked at. */
export interface FoundSource {
  /** The branch that its HEAD names; `usualBranch` when it names none. */
  readonly branch: string
  /** The reference where a job begins; null when there is no commit yet. */
  readonly ref: string | null
  readonly remote: Remote
}

/** How git reaches a source: what comes before and behind the word for what it does. */
export interface Remote {
  readonly from: string
  readonly flags: readonly string[]
  readonly options: Pick<GitOptions, 'allowProtocol' | 'settings'>
}

export interface FindOptions {
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** The branch to begin from, where the source still has it, whatever its HEAD names by now. */
  readonly branch?: string
}

/** Finds a source and its default branch; nothing is fetched. Throws `SourceError` when it cannot be begun from. */
export async function findSource(source: string, options: FindOptions): Promise<FoundSource> {
  const read = Source.safeParse(source)
  if (!read.success)
    throw badSource(source, `It cannot be read: ${read.error.issues[0]?.message ?? 'it is no address'}.`)
  const local = path.isAbsolute(read.data) ? localRepository(path.resolve(read.data)) : null
  const remote = local === null ? remoteAt(read.data) : remoteIn(local.gitDir)
  const deadline = performance.now() + options.timeoutMs
  const left = (): number => Math.max(1, Math.round(deadline - performance.now()))
  const ask = async (...args: string[]): Promise<string[][]> => {
    const { stdout } = await git(['ls-remote', ...remote.flags, ...args], {
      ...remote.options,
      timeoutMs: left(),
      signal: options.signal,
    })
    const lines = stdout.toString('utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => line.split('\t'))
  }
  try {
    if (local !== null) await refusePartial(source, local, left())
    return { ...(await findBranch(source, local, options.branch, remote.from, ask)), remote }
  } catch (error) {
    if (error instanceof GitError) throw sourceErrorOf(source, error)
    throw error
  }
}

/** What a partial clone lacks would be fetched while it is read, by whatever program its settings name. */
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
  wanted: string | undefined,
  from: string,
  ask: (...args: string[]) => Promise<string[][]>,
): Promise<Pick<FoundSource, 'branch' | 'ref'>> {
  const wantedRef = wanted === undefined ? [] : [`${heads}${wanted}`]
  const lines = await ask('--symref', '--', from, 'HEAD', ...wantedRef)
  const has = (ref: string): boolean => lines.some(([id, name]) => name === ref && !isSymref(id))
  const named = lines.find(([target, name]) => name === 'HEAD' && isSymref(target))?.[0]
  if (lines.some(([id = '']) => /^[0-9a-f]{64}$/.test(id)))
    throw badSource(source, 'It names its commits by SHA-256, and Slipway works with SHA-1 only.')
  if (has('HEAD')) {
    const branch = branchIn(named?.slice('ref: '.length))
    const moved = wantedRef.find((ref) => branch !== wanted && has(ref))
    return { branch, ref: moved ?? 'HEAD' }
  }
  return withoutHead(
    source,
    local,
    (await ask('--heads', '--', from)).map(([, ref = '']) => ref),
  )
}

/** A repository whose HEAD leads to no commit: an empty one, or one whose default branch is not there. */
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
    `Its HEAD names no branch that is there, and it has several (${names.join(', ')}${more}): choose one in it, with git symbolic-ref HEAD refs/heads/<branch>.`,
  )
}

const heads = 'refs/heads/'
/** Branches that a sentence names. */
const NAMED = 10

function isSymref(id: string | undefined): boolean {
  return id?.startsWith('ref: ') === true
}

/** The name of the branch that a reference is; what is none, or no text, gets the usual one. */
function branchIn(ref: string | undefined): string {
  if (ref?.startsWith(heads) !== true || ref.includes('\uFFFD')) return usualBranch
  return ref.slice(heads.length)
}

/** The branch that an empty repository would begin with, as its HEAD has it. */
function unbornBranch({ gitDir }: LocalRepository): string {
  return branchIn(/^ref: (\S+)\n?$/.exec(fs.readFileSync(path.join(gitDir, 'HEAD'), 'utf8'))?.[1])
}

/**
 * A repository of this machine is read by git's own server for it, of exactly this directory, whoever it belongs to: it
 * only reads, and runs nothing that the repository says.
 */
function remoteIn(gitDir: string): Remote {
  return {
    from: gitDir,
    flags: [`--upload-pack=git -c 'safe.directory=*' upload-pack --strict`],
    options: { allowProtocol: 'file' },
  }
}

/** An address is spoken to in its own protocol and no other, but that http may become https; redirects are followed once, at the beginning. */
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

/** The repository at a path, where there is one. */
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
    throw badSource(source, whereElse(source))
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

/** What to give instead of a directory that is no repository. */
function whereElse(source: string): string {
  for (let above = path.dirname(source); above !== path.dirname(above); above = path.dirname(above)) {
    if (path.basename(above) === '.git') continue
    const isThere = fs.existsSync(path.join(above, '.git')) || isRepository({ gitDir: above, main: above })
    if (isThere) return `It is inside the repository ${above}: give ${above}.`
  }
  return 'There is no git repository in this directory: make one there (git init, and a commit of its files), or give another.'
}
