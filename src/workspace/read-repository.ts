import type { CommitList, DiffView, FileContent, FileTree } from '../contract/files.ts'
import { AppError } from '../lib/app-error.ts'
import { gitBeginning, gitObject } from './git/git.ts'
import { headRef, type JobRepository } from './job-repository.ts'

/**
 * The maximum size in bytes of a file that is shown. All reads here use git objects, never a directory that an agent can
 * change.
 */
const FILE_BYTES = 5_000_000
/** The maximum number of bytes read of a list of files or commits; the rest is left out. */
const LIST_BYTES = 50_000_000
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/**
 * Resolves a name to a commit: `HEAD`, the job's branch (whose name may always be given as `main`), a commit id, or an
 * attempt's reference. Null for anything else.
 */
export async function resolveRef(repository: JobRepository, ref: string): Promise<string | null> {
  const isBranch = ref === 'main' || (await headRef(repository)) === `refs/heads/${ref}`
  if (!isBranch && !/^(HEAD|[0-9a-f]{7,40}|refs\/slipway\/attempts\/[0-9a-f-]{36})$/.test(ref)) return null
  const found = await gitObject(repository.dir, Buffer.from(`${isBranch ? 'HEAD' : ref}^{commit}`), 'info')
  return found?.id ?? null
}

/** Whether bytes are a path inside a repository in canonical form. */
export function isPath(path: Buffer): boolean {
  if (path.length === 0 || path.length > 4096 || path.includes(0)) return false
  return path
    .toString('latin1')
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
}

/** Returns a name as text, and its percent-encoded bytes when it is not valid UTF-8. */
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
  const found = await gitBeginning(['ls-tree', '-r', '-z', '--long', '--full-tree', commit], {
    gitDir: repository.dir,
    maxBytes: LIST_BYTES,
  })
  // Split as bytes, because a name need not be text. The last part is empty or cut off.
  const lines = found.stdout.toString('latin1').split('\0').slice(0, -1)
  const files = lines.slice(0, limit).map((line) => {
    const [about, name] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]
    const [mode = '', , , size = '0'] = about.split(/ +/)
    return { ...named(Buffer.from(name, 'latin1')), mode, size: Number(size) || 0 }
  })
  return { ref: commit, commit, files, truncated: found.truncated || lines.length > limit }
}

/** Reads one file of a commit; `name` is its path as bytes. Throws `AppError` for a bad path or a missing file. */
export async function readFile(
  repository: JobRepository,
  commit: string,
  name: Buffer,
): Promise<FileContent> {
  if (!isPath(name)) throw new AppError('bad_path', 'This is not a path inside the repository.')
  const { path } = named(name)
  const found = await gitObject(repository.dir, Buffer.concat([Buffer.from(`${commit}:`), name]), 'info')
  const missing = new AppError('file_not_found', `There is no file ${path} in ${commit.slice(0, 10)}.`)
  if (found?.type !== 'blob') throw missing
  const { id, size } = found
  if (size > FILE_BYTES) return { path, commit, size, encoding: 'utf8', content: '', truncated: true }
  const whole = await gitObject(repository.dir, Buffer.from(id), 'contents')
  if (whole === null) throw missing
  const { contents } = whole
  const text = contents.toString('utf8')
  const isText = !contents.includes(0) && Buffer.from(text, 'utf8').equals(contents)
  return {
    path,
    commit,
    size,
    encoding: isText ? 'utf8' : 'base64',
    content: isText ? text : contents.toString('base64'),
    truncated: false,
  }
}

export async function listCommits(
  repository: JobRepository,
  commit: string,
  limit: number,
): Promise<CommitList> {
  const format = ['%H', '%P', '%an', '%at', '%s', '%b'].join('%x1f')
  // With `tformat` the last entry also ends with NUL: one without it was cut off.
  const { stdout } = await gitBeginning(
    ['log', `--max-count=${limit}`, '-z', `--format=tformat:${format}`, commit],
    { gitDir: repository.dir, maxBytes: LIST_BYTES },
  )
  const commits = stdout
    .toString('utf8')
    .split('\0')
    .slice(0, -1)
    .map((line) => {
      const [id = '', parents = '', author = '', at = '', subject = '', body = ''] = line.split('\u001f')
      return {
        commit: id,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author,
        at: timeOf(at),
        subject,
        body: body.trim(),
      }
    })
  return { commits }
}

/** The first and the last time that the wire format can hold: years of four digits. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z')
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** Converts git's seconds since 1970 to ISO 8601; a commit may claim any time, so times out of range are clamped. */
function timeOf(seconds: string): string {
  const ms = Number(seconds) * 1000
  return new Date(Number.isNaN(ms) ? 0 : Math.min(LAST_MS, Math.max(FIRST_MS, ms))).toISOString()
}

/**
 * Returns the unified diff between two commits, at most `maxBytes` of it; an empty `from` means the whole content of `to`.
 */
export async function diff(
  repository: JobRepository,
  from: string,
  to: string,
  maxBytes: number,
): Promise<DiffView> {
  const { stdout, truncated } = await gitBeginning(
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
    { gitDir: repository.dir, maxBytes },
  )
  // Drop the last line when it is cut off.
  const end = truncated ? stdout.lastIndexOf('\n') + 1 : stdout.length
  return { from, to, diff: stdout.subarray(0, end).toString('utf8'), truncated }
}
