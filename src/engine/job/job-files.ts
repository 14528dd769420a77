import type { Readable } from 'node:stream'
import type { ArchiveFormat, CommitList, DiffView, FileContent, FileTree } from '../../contract/files.ts'
import { AppError } from '../../lib/app-error.ts'
import type { JobRow } from '../../store/jobs.ts'
import { archiveCommit } from '../../workspace/archive.ts'
import { jobRepository, type JobRepository } from '../../workspace/job-repository.ts'
import { diff, listCommits, listFiles, readFile, resolveRef } from '../../workspace/read-repository.ts'
import { serveUploadPack, type UploadPack } from '../../workspace/serve-repository.ts'
import type { Engine } from '../engine.ts'
import { existingJob } from '../existing-job.ts'
import { recordDownload } from './take-result.ts'

/** The maximum number of commits in a history. */
const COMMITS = 1000
/** The maximum number of characters of a job's title in the name of its archive. */
const TITLE_CHARS = 50

/** What the files of jobs are read with. */
export type FilesEngine = Pick<Engine, 'db' | 'dataDir'> & { readonly limits: FileLimits }
export type FileLimits = Pick<
  Engine['limits'],
  'treeEntries' | 'diffBytes' | 'archiveBytes' | 'clones' | 'cloneMs'
>

/** A commit in the repository of a job. */
interface CommitLocation {
  readonly job: JobRow
  readonly repository: JobRepository
  readonly commit: string
}

/** Finds a commit of a job by its name, the tip of its branch by default. All files are read from git objects. */
async function locate(engine: FilesEngine, jobId: string, ref = 'HEAD'): Promise<CommitLocation> {
  const job = await existingJob(engine, jobId)
  const repository = jobRepository(engine.dataDir, jobId)
  if (repository === null) throw noCommit(ref, ' yet: its work has not begun')
  const commit = await resolveRef(repository, ref)
  if (commit === null) throw noCommit(ref)
  return { job, repository, commit }
}

function noCommit(ref: string, detail = ''): AppError {
  return new AppError('ref_not_found', `The job has no commit "${ref}"${detail}.`)
}

/** Returns the list of the files of a commit. */
export async function viewTree(engine: FilesEngine, jobId: string, ref?: string): Promise<FileTree> {
  const { repository, commit } = await locate(engine, jobId, ref)
  return listFiles(repository, commit, engine.limits.treeEntries)
}

/** Returns one file of a commit. `path` is bytes, because a file name need not be valid UTF-8. */
export async function viewFile(
  engine: FilesEngine,
  jobId: string,
  path: Buffer,
  ref?: string,
): Promise<FileContent> {
  const { repository, commit } = await locate(engine, jobId, ref)
  return readFile(repository, commit, path)
}

/** Returns the diff between two commits; without `from`, the whole content of `to`. */
export async function viewDiff(
  engine: FilesEngine,
  jobId: string,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<DiffView> {
  const { repository, commit } = await locate(engine, jobId, to)
  const base = from === undefined ? '' : (await locate(engine, jobId, from)).commit
  return diff(repository, base, commit, engine.limits.diffBytes)
}

/** Returns the history of a commit, newest first. */
export async function viewCommits(engine: FilesEngine, jobId: string, ref?: string): Promise<CommitList> {
  const { repository, commit } = await locate(engine, jobId, ref)
  return listCommits(repository, commit, COMMITS)
}

/** Returns the files at the tip of a job's branch as an archive, and a name for it. */
export async function archiveJob(
  engine: FilesEngine,
  jobId: string,
  format: ArchiveFormat,
  signal: AbortSignal,
): Promise<{ name: string; stream: Readable }> {
  const { job, repository, commit } = await locate(engine, jobId)
  const { archiveBytes: maxBytes, cloneMs: timeoutMs } = engine.limits
  const stream = await archiveCommit(repository, commit, { format, maxBytes, timeoutMs, signal })
  await recordDownload(engine, jobId, 'archive')
  return { name: `${slugOf(job.title)}-${commit.slice(0, 8)}.${format}`, stream }
}

/** Returns a title as a part of a file name: small ASCII letters, digits and dashes. */
function slugOf(title: string): string {
  const dashed = title.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')
  return dashed.toLowerCase().slice(0, TITLE_CHARS) || 'repository'
}

/** Returns git's answer to a client that reads the repository of a job. */
export async function uploadPack(engine: FilesEngine, jobId: string, request: UploadPack): Promise<Readable> {
  await existingJob(engine, jobId)
  const repository = jobRepository(engine.dataDir, jobId)
  if (repository === null)
    throw new AppError('not_found', 'The job has no repository yet: its work has not begun.')
  const answer = serveUploadPack(repository, request, engine.limits)
  // The first request only asks which branches there are.
  if (request.request !== null) await recordDownload(engine, jobId, 'clone')
  return answer
}
