import fs from 'node:fs'
import path from 'node:path'
import { addBackend } from '../../src/engine/backends/custom-backends.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { repositoryOf } from '../../src/engine/repository-of.ts'
import { runWork } from '../../src/engine/work/run-work.ts'
import { newId } from '../../src/lib/ids.ts'
import { listAttempts } from '../../src/store/attempts.ts'
import { readJob } from '../../src/store/jobs.ts'
import type { ClaimedEntry } from '../../src/store/queue.ts'
import type { QueueName } from '../../src/store/database/schema.ts'
import { fixtureBackend } from './fixture-backend.ts'
import { makeDir } from './made-dirs.ts'
import { settle } from './pretend-work.ts'
import { gitIn } from './source-repository.ts'
import { claimEntry } from './stored-job.ts'

/** Adds a backend that plays this in every session, and returns its name. */
export async function addFixture(engine: Engine, play: object): Promise<string> {
  const name = `fixture-${newId().slice(-12)}`
  await addBackend(engine, fixtureBackend(name, { quiet: true, ...play }))
  return name
}

/** Claims the next work of a job for the worker of this engine. */
export function claimFor(engine: Engine, jobId: string, queue: QueueName = 'work'): Promise<ClaimedEntry> {
  return claimEntry(engine.db, jobId, queue, engine.workerId)
}

/** Does the next work of a job, as a worker does, and moves the job on. */
export async function workOn(engine: Engine, jobId: string, queue: QueueName = 'work'): Promise<void> {
  await runWork(engine, await claimFor(engine, jobId, queue))
  await settle(engine, jobId)
}

/** Puts a commit with these files on the branch of a job, without files that are null. Returns its id. */
export async function commitInto(
  engine: Engine,
  jobId: string,
  files: Readonly<Record<string, string | null>>,
): Promise<string> {
  const job = await readJob(engine.db.reader, jobId)
  if (job === null) throw new Error(`no job ${jobId}`)
  const repository = await repositoryOf(engine, job)
  const clone = path.join(makeDir('slipway-clone-'), 'clone')
  gitIn(path.dirname(clone), ['clone', '-q', repository.dir, clone])
  for (const [name, text] of Object.entries(files)) {
    const place = path.join(clone, name)
    fs.mkdirSync(path.dirname(place), { recursive: true })
    if (text === null) fs.rmSync(place)
    else fs.writeFileSync(place, text)
  }
  gitIn(clone, ['add', '--all'])
  gitIn(clone, ['commit', '-qm', 'work', '--allow-empty'])
  gitIn(clone, ['push', '-q', 'origin', `HEAD:${job.branch}`])
  return gitIn(clone, ['rev-parse', 'HEAD'])
}

/** Returns the lines that the fixture agent recorded in the newest attempt of a job with a commit. */
export async function heardIn(engine: Engine, jobId: string): Promise<Record<string, unknown>[]> {
  const attempts = await listAttempts(engine.db.reader, jobId)
  const commit = attempts.findLast(({ head_commit }) => head_commit !== null)?.head_commit ?? 'main'
  const text = gitIn(repositoryDir(engine, jobId), ['show', `${commit}:answers.jsonl`])
  return text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Returns the directory of the repository of a job. */
export function repositoryDir(engine: Engine, jobId: string): string {
  return path.join(engine.dataDir, 'jobs', jobId, 'repo.git')
}
