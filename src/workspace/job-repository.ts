import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { beginBranch, makeEmptyRepository } from './empty-repository.ts'
import { findSource } from './source/find-source.ts'
import { git, GitError, gitText } from './git/git.ts'
import { borrowFrom, updateMirror } from './source/mirror.ts'
import type { WorkspacePool } from './pool.ts'
import { sourceErrorOf } from './source/source-error.ts'

/**
 * A job's own repository: bare, owned by the server, and where alone its work becomes permanent. Its HEAD names
 * the job's branch.
 */
export interface JobRepository {
  readonly dir: string
}

export interface EnsureOptions {
  readonly dataDir: string
  readonly jobId: string
  readonly source: string | null
  /** The name of the job's branch. */
  readonly branch: string
  readonly pool?: WorkspacePool
  readonly signal?: AbortSignal
}

const FIND_MS = 60_000
const making = new Map<string, Promise<JobRepository>>()

/** Returns the repository of a job; null when it has not been made yet. */
export function jobRepository(dataDir: string, jobId: string): JobRepository | null {
  const dir = path.join(dataDir, 'jobs', jobId, 'repo.git')
  return fs.existsSync(dir) ? { dir } : null
}

/** Makes the repository of a job unless it exists. Concurrent calls share the work; the result appears by rename. */
export function ensureJobRepository(options: EnsureOptions): Promise<JobRepository> {
  const there = jobRepository(options.dataDir, options.jobId)
  if (there !== null) return Promise.resolve(there)
  const underway = making.get(options.jobId)
  if (underway !== undefined) return underway
  const made = make(options).finally(() => making.delete(options.jobId))
  making.set(options.jobId, made)
  return made
}

async function make(options: EnsureOptions): Promise<JobRepository> {
  const home = path.join(options.dataDir, 'jobs', options.jobId)
  await fs.promises.mkdir(home, { recursive: true, mode: 0o700 })
  const dir = path.join(home, 'repo.git')
  if (options.source === null && options.pool !== undefined && (await options.pool.moveTo(dir)))
    return { dir }
  const temporary = path.join(home, `repo.${randomId()}`)
  try {
    await (options.source === null
      ? makeEmptyRepository(temporary)
      : fetchSource(temporary, { ...options, source: options.source }))
    await fs.promises.rename(temporary, dir)
    return { dir }
  } finally {
    await fs.promises.rm(temporary, { recursive: true, force: true })
  }
}

async function fetchSource(
  dir: string,
  { dataDir, source, branch, signal }: EnsureOptions & { readonly source: string },
): Promise<void> {
  const found = await findSource(source, { branch, signal, timeoutMs: FIND_MS })
  const { ref } = found
  if (ref === null) {
    await git(['init', '--quiet', '--bare', '--template=', '--', dir])
    return beginBranch(dir, branch)
  }
  try {
    await borrowFrom(await updateMirror(dataDir, { ...found, ref }, signal), dir, branch)
  } catch (error) {
    if (error instanceof GitError) throw sourceErrorOf(source, error)
    throw error
  }
}

/** Returns the commit at the tip of the job's branch. */
export function headCommit(repository: JobRepository): Promise<string> {
  return gitText(['rev-parse', '--verify', 'HEAD'], { gitDir: repository.dir })
}

/** Puts the branch of a repository back to a commit that it had. */
export async function resetBranch({ dir }: JobRepository, branch: string, commit: string): Promise<void> {
  await git(['update-ref', `refs/heads/${branch}`, commit], { gitDir: dir })
}

/** Returns the full name of the reference of the job's branch. */
export async function headRef(repository: JobRepository): Promise<string> {
  const head = await fs.promises.readFile(path.join(repository.dir, 'HEAD'), 'utf8')
  return head.replace(/^ref: /, '').trimEnd()
}
