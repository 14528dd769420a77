import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../../lib/chance.ts'
import { clock } from '../../lib/clock.ts'
import type { FoundSource } from './find-source.ts'
import { git, gitText } from '../git/git.ts'
import { toleratedFaults } from './tolerated-faults.ts'

/**
 * A bare copy of a source, whose objects the repositories of its jobs share: the first job fetches everything, later ones
 * only new objects. Nothing is removed from it while a repository uses it.
 */
export interface Mirror {
  readonly dir: string
  /** The commit at the tip of the reference that was fetched. */
  readonly commit: string
}

/** The time limit in ms for fetching from a source. */
const FETCH_MS = 600_000
/** Fetches by mirror: two of them into one mirror would fetch the same. */
const underway = new Map<string, Promise<unknown>>()

export function mirrorsDir(dataDir: string): string {
  return path.join(dataDir, 'mirrors')
}

/** Brings the mirror of a source up to date with one of its references, and with its tags. Throws `GitError`. */
export async function updateMirror(
  dataDir: string,
  { ref, remote }: FoundSource & { readonly ref: string },
  signal?: AbortSignal,
): Promise<Mirror> {
  const dir = path.join(
    mirrorsDir(dataDir),
    createHash('sha256').update(remote.from).digest('hex').slice(0, 32),
  )
  const before = underway.get(dir) ?? Promise.resolve()
  const existing = before
    .catch(() => undefined)
    .then(async () => {
      signal?.throwIfAborted()
      await makeMirror(dir)
      return { dir, commit: await fetchInto(dir, { ref, remote }, signal) }
    })
  underway.set(dir, existing)
  try {
    return await existing
  } finally {
    if (underway.get(dir) === existing) underway.delete(dir)
  }
}

async function makeMirror(dir: string): Promise<void> {
  if (fs.existsSync(dir)) return
  await fs.promises.mkdir(path.dirname(dir), { recursive: true, mode: 0o700 })
  const temporary = `${dir}.${randomId()}`
  await git(['init', '--quiet', '--bare', '--template=', '--', temporary])
  await fs.promises.rename(temporary, dir)
}

/** Fetches a reference and the tags; returns the commit at the reference. */
async function fetchInto(
  dir: string,
  { ref, remote }: Pick<FoundSource, 'remote'> & { readonly ref: string },
  signal?: AbortSignal,
): Promise<string> {
  // Only the references of this fetch: those of other branches, or earlier ones, could conflict with it.
  const tip = `refs/fetched/${randomId()}`
  await git(
    [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-write-fetch-head',
      '--prune',
      // The clone of a shallow source is shallow too.
      '--update-shallow',
      ...remote.flags,
      '--',
      remote.from,
      `+${ref}:${tip}`,
      '+refs/tags/*:refs/tags/*',
    ],
    {
      ...remote.options,
      settings: [...(remote.options.settings ?? []), ...toleratedFaults],
      gitDir: dir,
      signal,
      timeoutMs: FETCH_MS,
    },
  )
  // The newest stays, so that the next fetch can tell the remote which objects exist.
  const commit = await gitText(['rev-parse', '--verify', `${tip}^{commit}`], { gitDir: dir })
  await git(['update-ref', `refs/tips/${commit}`, commit], { gitDir: dir })
  await git(['update-ref', '-d', tip], { gitDir: dir })
  await fs.promises.utimes(dir, clock.date(), clock.date())
  return commit
}

/** Makes a bare repository that borrows the objects of a mirror, with its tags and a branch at its commit. */
export async function borrowFrom(mirror: Mirror, dir: string, branch: string): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', '--', dir])
  await fs.promises.mkdir(path.join(dir, 'objects', 'info'), { recursive: true })
  // Relative, from where the repository will be: a data directory can be moved, or restored somewhere else.
  const objects = path.join('..', '..', '..', '..', 'mirrors', path.basename(mirror.dir), 'objects')
  await fs.promises.writeFile(path.join(dir, 'objects', 'info', 'alternates'), `${objects}\n`)
  const shallow = path.join(mirror.dir, 'shallow')
  if (fs.existsSync(shallow)) await fs.promises.copyFile(shallow, path.join(dir, 'shallow'))
  const tags = await gitText(['for-each-ref', '--format=create %(refname) %(objectname)', 'refs/tags'], {
    gitDir: mirror.dir,
  })
  const tip = `refs/heads/${branch}`
  await git(['update-ref', '--stdin'], {
    gitDir: dir,
    input: `${tags === '' ? '' : `${tags}\n`}create ${tip} ${mirror.commit}\n`,
  })
  await git(['symbolic-ref', 'HEAD', tip], { gitDir: dir })
}

/** Returns the directories of objects that a repository borrows, as absolute paths. */
export function borrowedObjects(repositoryDir: string): string[] {
  const objects = path.join(repositoryDir, 'objects')
  try {
    const lines = fs.readFileSync(path.join(objects, 'info', 'alternates'), 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => path.resolve(objects, line))
  } catch {
    return []
  }
}

/** A mirror that was fetched into within this time, in ms, stays: a repository that will borrow from it may not be there yet. */
const YOUNG_MS = 3_600_000

/** Removes the mirrors from which no repository of a job borrows any more. Returns their directories. */
export async function removeUnusedMirrors(dataDir: string, now = clock.now()): Promise<string[]> {
  const jobs = await namesIn(path.join(dataDir, 'jobs'))
  const used = new Set(
    jobs.flatMap((id) => borrowedObjects(path.join(dataDir, 'jobs', id, 'repo.git')).map(path.dirname)),
  )
  const names = await namesIn(mirrorsDir(dataDir))
  const unused = names
    .map((name) => path.join(mirrorsDir(dataDir), name))
    .filter((dir) => !used.has(dir) && !underway.has(dir) && fs.statSync(dir).mtimeMs < now - YOUNG_MS)
  for (const dir of unused) await fs.promises.rm(dir, { recursive: true, force: true })
  return unused
}

async function namesIn(dir: string): Promise<string[]> {
  return fs.existsSync(dir) ? fs.promises.readdir(dir) : []
}
