import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { beginMain, makeEmptyRepository } from './empty-repository.ts'
import { git, GitError, gitText } from './git.ts'
import { ForeignPartError, refuseForeignParts } from './local-source.ts'
import type { WorkspacePool } from './pool.ts'

/** A job's own repository: bare, owned by the server, and the only place where its work becomes permanent. */
export interface JobRepository {
  readonly dir: string
}

/** Why a source repository cannot be used, as a sentence. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}

export interface EnsureOptions {
  readonly dataDir: string
  readonly jobId: string
  readonly source: string | null
  readonly pool?: WorkspacePool
  readonly signal?: AbortSignal
}

const SOURCE_MS = 600_000
const making = new Map<string, Promise<JobRepository>>()

/** The repository of a job when it has been made; null before. */
export function jobRepository(dataDir: string, jobId: string): JobRepository | null {
  const dir = path.join(dataDir, 'jobs', jobId, 'repo.git')
  return fs.existsSync(dir) ? { dir } : null
}

/** Makes the repository of a job unless it is there. Concurrent calls share the work; the result appears by rename. */
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
  if (options.source === null && options.pool !== undefined && (await options.pool.take(dir))) return { dir }
  const temporary = path.join(home, `repo.${randomUUID()}`)
  try {
    await (options.source === null
      ? makeEmptyRepository(temporary)
      : fetchSource(temporary, options.source, options.signal))
    await fs.promises.rename(temporary, dir)
    return { dir }
  } finally {
    await fs.promises.rm(temporary, { recursive: true, force: true })
  }
}

async function fetchSource(dir: string, source: string, signal: AbortSignal | undefined): Promise<void> {
  const local = path.isAbsolute(source)
  if (!local && !/^(https|ssh):\/\//.test(source)) {
    throw new SourceError(
      `The source "${source}" is neither an absolute path nor an https:// or ssh:// address.`,
    )
  }
  if (local && !fs.existsSync(source)) throw new SourceError(`The source ${source} does not exist.`)
  if (local) refuseForeign(source)
  await git(['init', '--quiet', '--bare', '--template=', '--', dir])
  const from = local ? `file://${source}` : source
  try {
    const head = await gitText(['ls-remote', '--', from, 'HEAD'], {
      gitDir: dir,
      allowProtocol: local ? 'file' : 'https:ssh',
      signal,
      timeoutMs: SOURCE_MS,
      ...(local
        ? { env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' } }
        : {}),
    })
    if (head === '') return await beginMain(dir)
    await git(
      ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--', from, '+HEAD:refs/heads/main'],
      { gitDir: dir, allowProtocol: local ? 'file' : 'https:ssh', signal, timeoutMs: SOURCE_MS },
    )
    await git(['symbolic-ref', 'HEAD', 'refs/heads/main'], { gitDir: dir })
  } catch (error) {
    if (error instanceof GitError)
      throw new SourceError(`The source "${source}" could not be fetched: ${error.message}`, { cause: error })
    throw error
  }
}

function refuseForeign(source: string): void {
  try {
    refuseForeignParts(source)
  } catch (error) {
    if (!(error instanceof ForeignPartError)) throw error
    throw new SourceError(
      `The source ${source} reaches into another repository: ${error.message}. Make a whole clone (git clone --no-local) and give its path.`,
      { cause: error },
    )
  }
}

/** The commit at the tip of the job's main. */
export function headCommit(repository: JobRepository): Promise<string> {
  return gitText(['rev-parse', '--verify', 'refs/heads/main'], { gitDir: repository.dir })
}
