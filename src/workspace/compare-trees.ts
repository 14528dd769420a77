import { git, type GitOptions } from './git/git.ts'
import type { JobRepository } from './job-repository.ts'

/** A file that differs between two commits. `before` and `after` are blobs; null where there is none. */
export interface ChangedFile {
  readonly path: string
  /** The previous path of a moved file. */
  readonly from: string
  readonly before: string | null
  readonly beforeMode: string
  readonly after: string | null
}

/** Returns the regular files that differ between two commits; a moved file is one entry. */
export async function changedFiles(
  repository: JobRepository,
  from: string,
  to: string,
): Promise<ChangedFile[]> {
  const { stdout } = await git(
    ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--find-renames', from, to],
    {
      gitDir: repository.dir,
    },
  )
  return parseRaw(stdout)
}

/** Returns the regular files in the index of `own` that differ from a commit. */
export async function changedInIndex(own: GitOptions, commit: string): Promise<ChangedFile[]> {
  const { stdout } = await git(
    ['diff-index', '--cached', '-z', '--raw', '--no-abbrev', '--no-renames', commit],
    own,
  )
  return parseRaw(stdout)
}

function parseRaw(output: Buffer): ChangedFile[] {
  const fields = output.toString('utf8').split('\0')
  const changed: ChangedFile[] = []
  for (let at = 0; at + 1 < fields.length;) {
    const [oldMode = '', newMode = '', before = '', after = '', status = ''] = (fields[at] ?? '')
      .slice(1)
      .split(' ')
    const moved = status.startsWith('R') || status.startsWith('C')
    const source = fields[at + 1] ?? ''
    const path = moved ? (fields[at + 2] ?? '') : source
    at += moved ? 3 : 2
    const blob = (mode: string, id: string): string | null => (mode.startsWith('100') ? id : null)
    changed.push({
      path,
      from: source,
      before: blob(oldMode, before),
      beforeMode: oldMode,
      after: blob(newMode, after),
    })
  }
  return changed
}

/** Returns the texts of blobs by id, without those larger than `maxBytes`. */
export async function readBlobs(
  repository: JobRepository,
  ids: readonly string[],
  maxBytes: number,
): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)]
  const texts = new Map<string, string>()
  if (wanted.length === 0) return texts
  const sizes = await git(['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    gitDir: repository.dir,
    input: `${wanted.join('\n')}\n`,
  })
  const small = sizes.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [id = '', size = ''] = line.split(' ')
      return /^\d+$/.test(size) && Number(size) <= maxBytes ? [id] : []
    })
  if (small.length === 0) return texts
  const { stdout } = await git(['cat-file', '--batch'], {
    gitDir: repository.dir,
    input: `${small.join('\n')}\n`,
  })
  let at = 0
  for (const id of small) {
    const end = stdout.indexOf('\n', at)
    const size = Number(stdout.subarray(at, end).toString('utf8').split(' ')[2])
    texts.set(id, stdout.subarray(end + 1, end + 1 + size).toString('utf8'))
    at = end + 1 + size + 1
  }
  return texts
}

/** The maximum size in bytes of a file that is read to search in it. */
const FILE_BYTES = 1_000_000

/** Returns the text of a file of a commit; null when it is missing, not a regular file, or too large. */
export async function readFileIfThere(
  repository: JobRepository,
  commit: string,
  path: string,
): Promise<string | null> {
  const { stdout } = await git(['ls-tree', '-z', '--full-tree', commit, '--', path], {
    gitDir: repository.dir,
  })
  const [mode = '', , id = ''] = stdout.toString('utf8').split('\t', 1)[0]?.split(' ') ?? []
  if (!mode.startsWith('100')) return null
  return (await readBlobs(repository, [id], FILE_BYTES)).get(id) ?? null
}
