import fs from 'node:fs'
import path from 'node:path'
import type { BackupManifest, BackupRequest, BackupView } from '../../contract/backup.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { readHeads, type JobHead } from '../../store/server/heads.ts'
import { databaseFile } from '../../store/database/open-database.ts'
import { resetBranch } from '../../workspace/job-repository.ts'
import { mirrorsDir } from '../../workspace/source/mirror.ts'
import type { Engine } from '../engine.ts'

/** Backups of the data directory, one at a time, while the server continues to work. */
export interface Backups {
  /** Returns the backup that is under way, else the last one since the server started. */
  view(): BackupView
  /** Begins a backup. Throws `AppError` when the directory cannot take it, or one is under way. */
  begin(request: BackupRequest): Promise<BackupView>
  /** Throws `AppError` during a backup, because the files that it copies must not be removed. */
  refuseWhileUnderway(): void
  /** Stops a backup that is under way, and waits until nothing is written any more. */
  close(): Promise<void>
}

/** The key of the secrets and the token of the API: in a backup only when they are asked for. */
const keys = new Set(['secrets.key', 'token'])
/** What belongs to a running server, or can be made again. The database is copied by itself. */
const excluded = /^(run|pool|trees|trash|trials|server\.json|lock\..*|\.write-\d+|slipway\.sqlite.*)$/

const never: BackupView = {
  status: 'never',
  directory: null,
  with_key: false,
  started_at: null,
  ended_at: null,
  jobs: { total: 0, done: 0 },
  error: null,
}

export function openBackups(engine: Pick<Engine, 'db' | 'dataDir' | 'log'>, version: string): Backups {
  let now = never
  let underway: Promise<void> = Promise.resolve()
  const stopping = new AbortController()
  const end = (status: 'done' | 'failed', error: string | null): void => {
    now = { ...now, status, ended_at: clock.iso(), error }
  }
  const run = async (request: BackupRequest, startedAt: string): Promise<void> => {
    try {
      await copyEverything(engine, request, stopping.signal, (jobs) => {
        now = { ...now, jobs }
      })
      // Written last: a backup without it is not complete.
      await writeManifest(request, { slipway: version, created_at: startedAt, with_key: request.with_key })
      end('done', null)
    } catch (error) {
      engine.log.error({ err: error, directory: request.directory }, 'backup')
      end('failed', error instanceof Error ? error.message : String(error))
    }
  }
  const refuseWhileUnderway = (): void => {
    if (now.status === 'running')
      throw new AppError('backup_underway', `A backup into ${now.directory} is running: wait for its end.`)
  }
  return {
    view: () => now,
    refuseWhileUnderway,
    async begin(request) {
      refuseWhileUnderway()
      if (engine.db.engine === 'postgres')
        throw new AppError(
          'backup_of_postgres',
          'The rows of this server are in PostgreSQL: back them up with pg_dump first, and then copy the data directory.',
        )
      const startedAt = clock.iso()
      const before = now
      now = { ...never, ...request, status: 'running', started_at: startedAt }
      try {
        await prepare(request.directory, engine.dataDir)
      } catch (error) {
        now = before
        throw error
      }
      underway = run(request, startedAt)
      return now
    },
    async close() {
      stopping.abort(new Error('the server was stopped'))
      await underway
    },
  }
}

/** Copies the rows, then the files; `onJobs` receives the number of jobs and of those copied. */
async function copyEverything(
  engine: Pick<Engine, 'db' | 'dataDir'>,
  { directory, with_key: withKey }: BackupRequest,
  signal: AbortSignal,
  onJobs: (jobs: BackupView['jobs']) => void,
): Promise<void> {
  // The rows are copied first. Files may be newer than the rows, as after a crash, except for the branches: if the rows do
  // not contain a merge, the same work is merged again.
  const heads = await engine.db.backUp(path.join(directory, databaseFile), readHeads)
  await copyRoot(engine.dataDir, directory, withKey)
  const jobsDir = path.join(engine.dataDir, 'jobs')
  const there = new Set(await namesIn(jobsDir))
  const jobs = heads.filter(({ id }) => there.has(id))
  for (const [done, job] of jobs.entries()) {
    signal.throwIfAborted()
    onJobs({ total: jobs.length, done })
    await copyJob(job, path.join(jobsDir, job.id), path.join(directory, 'jobs', job.id))
  }
  await copyMirrors(engine.dataDir, directory)
  onJobs({ total: jobs.length, done: jobs.length })
}

async function writeManifest({ directory }: BackupRequest, manifest: BackupManifest): Promise<void> {
  const file = path.join(directory, 'backup.json')
  await fs.promises.writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
}

/** Creates the directory of a backup, private to its owner. Throws `AppError` when it is not empty or cannot be created. */
async function prepare(directory: string, dataDir: string): Promise<void> {
  const inside = path.relative(dataDir, directory)
  if (!inside.startsWith('..') && !path.isAbsolute(inside))
    throw refusal(`${directory} is inside the data directory: choose one outside of it`)
  try {
    makeDirectory(directory)
    if ((await namesIn(directory)).length > 0)
      throw refusal(`${directory} is not empty: choose a new directory`)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw refusal(`${directory} cannot be made: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function refusal(sentence: string): AppError {
  return new AppError('bad_backup_directory', `${sentence}.`, {
    issues: [{ path: 'directory', message: sentence }],
  })
}

/** The parts that are copied one by one, in this order. */
const others = new Set(['jobs', 'mirrors'])

/** Copies the files next to the jobs. */
async function copyRoot(dataDir: string, directory: string, withKey: boolean): Promise<void> {
  for (const name of await namesIn(dataDir))
    if (!others.has(name) && !excluded.test(name) && (withKey || !keys.has(name)))
      await copy(path.join(dataDir, name), path.join(directory, name))
}

/** Copies a job: its repository, its result, and of its attempts all but workspaces and homes, which are made again. */
async function copyJob({ branch, commit, isDelivered }: JobHead, from: string, to: string): Promise<void> {
  await fs.promises.mkdir(to, { recursive: true, mode: 0o700 })
  for (const name of await namesIn(from)) {
    const [source, target] = [path.join(from, name), path.join(to, name)]
    if (name === 'repo.git') {
      await copyRepository(source, target)
      if (commit !== null) await resetBranch({ dir: target }, branch, commit)
    } else if (name === 'attempts') {
      await copy(source, target, (file) => !madeAgain.test(path.relative(source, file)))
    } else if (name !== 'checks' && (isDelivered || !name.startsWith('result'))) {
      await copy(source, target)
    }
  }
}

/** Copies the mirrors after the repositories that borrow from them: they only grow. */
async function copyMirrors(dataDir: string, directory: string): Promise<void> {
  for (const name of await namesIn(mirrorsDir(dataDir)))
    await copyRepository(path.join(mirrorsDir(dataDir), name), path.join(mirrorsDir(directory), name))
}

/** The workspace and the home of an attempt, below the directory of all attempts. */
const madeAgain = /^[^/]+\/(ws|home)(\/|$)/

/** Copies references before objects: what a reference names was written before it, and nothing of it is removed. */
async function copyRepository(from: string, to: string): Promise<void> {
  const objects = path.join(from, 'objects')
  await copy(from, to, (file) => file !== objects && !file.endsWith('.lock'))
  await copy(objects, path.join(to, 'objects'), (file) => !path.basename(file).startsWith('tmp_'))
}

/** Copies a file or a tree. What vanishes meanwhile was not to stay. */
async function copy(from: string, to: string, filter: (file: string) => boolean = () => true): Promise<void> {
  const options = { recursive: true, verbatimSymlinks: true, mode: fs.constants.COPYFILE_FICLONE, filter }
  for (let round = 0; ; round += 1) {
    try {
      return await fs.promises.cp(from, to, options)
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isMissing || round >= ROUNDS) throw error
      if (!fs.existsSync(from)) return
    }
  }
}

/** How often a tree is copied again because a file of it vanished while it was copied. */
const ROUNDS = 5

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await fs.promises.readdir(dir)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
