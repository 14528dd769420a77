import type { CommitList, DiffView, FileContent, FileTree } from '../contract/files.ts'
import { AppError } from '../lib/app-error.ts'
import { git, gitText } from './git.ts'
import { headRef, type JobRepository } from './job-repository.ts'

/** Everything people see of a job's files comes from git objects, never from a directory that an agent can swap. */
const FILE_BYTES = 5_000_000
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/**
 * The commit that a name means: `HEAD`, the job's branch (whose name may always be said as `main`), a commit id, or an attempt's
 * reference. Null for anything else.
 */
export async function resolveRef(repository: JobRepository, ref: string): Promise<string | null> {
  const isBranch = ref === 'main' || (await headRef(repository)) === `refs/heads/${ref}`
  if (!isBranch && !/^(HEAD|[0-9a-f]{7,40}|refs\/slipway\/attempts\/[0-9a-f-]{36})$/.test(ref)) return null
  const { stdout, exitCode } = await git(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${isBranch ? 'HEAD' : ref}^{commit}`],
    { gitDir: repository.dir, accept: [1, 128] },
  )
  return exitCode === 0 ? stdout.toString('utf8').trim() : null
}

/** Whether bytes are a path inside a repository in its one spelling; anything that leads elsewhere is none. */
export function isPath(path: Buffer): boolean {
  if (path.length === 0 || path.length > 4096 || path.includes(0)) return false
  return path
    .toString('latin1')
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
}

/** A name as text, and its bytes where they are none. */
function named(bytes: Buffer): { path: string; encoded?: string } {
  const path = bytes.toString('utf8')
  return Buffer.from(path, 'utf8').equals(bytes) ? { path } : { path, encoded: percentEncoded(bytes) }
}

function percentEncoded(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[^\w./~-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`)
}

export async function listFiles(repository: JobRepository, commit: string, limit: number): Promise<FileTree> {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--long', '--full-tree', commit], {
    gitDir: repository.dir,
  })
  // Bytes first: a name need not be text.
  const lines = stdout
    .toString('latin1')
    .split('\0')
    .filter((line) => line !== '')
  const files = lines.slice(0, limit).map((line) => {
    const [about, name] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]
    const [mode = '', , , size = '0'] = about.split(/ +/)
    return { ...named(Buffer.from(name, 'latin1')), mode, size: Number(size) || 0 }
  })
  return { ref: commit, commit, files, truncated: lines.length > limit }
}

/** Reads one file of a commit; `name` is its path as bytes. */
export async function readFile(
  repository: JobRepository,
  commit: string,
  name: Buffer,
): Promise<FileContent> {
  if (!isPath(name)) throw new AppError(400, 'bad_path', 'This is not a path inside the repository.')
  const { path } = named(name)
  const about = await gitText(['cat-file', '-z', '--batch-check=%(objecttype) %(objectname) %(objectsize)'], {
    gitDir: repository.dir,
    input: Buffer.concat([Buffer.from(`${commit}:`), name, Buffer.from([0])]),
  })
  const [type, object = '', size] = about.split(' ')
  if (type !== 'blob' || !/^[0-9a-f]{40,64}$/.test(object))
    throw new AppError(404, 'file_not_found', `There is no file ${path} in ${commit.slice(0, 10)}.`)
  const length = Number(size)
  if (length > FILE_BYTES)
    return { path, commit, size: length, encoding: 'utf8', content: '', truncated: true }
  const { stdout } = await git(['cat-file', 'blob', object], { gitDir: repository.dir })
  const text = stdout.toString('utf8')
  const isText = !stdout.includes(0) && Buffer.from(text, 'utf8').equals(stdout)
  return {
    path,
    commit,
    size: length,
    encoding: isText ? 'utf8' : 'base64',
    content: isText ? text : stdout.toString('base64'),
    truncated: false,
  }
}

export async function listCommits(
  repository: JobRepository,
  commit: string,
  limit: number,
): Promise<CommitList> {
  const format = ['%H', '%P', '%an', '%aI', '%cI', '%s', '%b'].join('%x1f')
  const { stdout } = await git(['log', `--max-count=${limit}`, '-z', `--format=${format}`, commit], {
    gitDir: repository.dir,
  })
  const commits = stdout
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', parents = '', author = '', authored = '', committed = '', subject = '', body = ''] =
        line.split('\u001f')
      return {
        commit: id,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author,
        at: timeOf(authored, committed),
        subject,
        body: body.trim(),
      }
    })
  return { commits }
}

/** The first of two times that is one; dates that are none are in the history of real projects. */
function timeOf(authored: string, committed: string): string {
  const known = [authored, committed]
    .map((time) => new Date(time))
    .find((time) => !Number.isNaN(time.getTime()))
  return (known ?? new Date(0)).toISOString()
}

/** The unified diff between two commits; `from` may be empty for everything that `to` holds. */
export async function diff(
  repository: JobRepository,
  from: string,
  to: string,
  maxBytes: number,
): Promise<DiffView> {
  const { stdout } = await git(
    [
      'diff',
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      '--find-renames',
      from === '' ? EMPTY_TREE : from,
      to,
      '--',
    ],
    { gitDir: repository.dir },
  )
  const truncated = stdout.length > maxBytes
  return { from, to, diff: stdout.subarray(0, maxBytes).toString('utf8'), truncated }
}
