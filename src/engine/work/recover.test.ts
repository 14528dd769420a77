import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settle } from '../../../test/helpers/pretend-work.ts'
import { commitInto } from '../../../test/helpers/real-work.ts'
import { gitIn } from '../../../test/helpers/source-repository.ts'
import {
  claimWork,
  isAdvanceDue,
  journalOf,
  storeAttempt,
  storeAttempted,
  storeJob,
  storeWork,
  underLock,
  type Attempted,
} from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts, updateAttempt } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { readJob } from '../../store/jobs.ts'
import { readWork } from '../../store/work.ts'
import { insertWorker, listWorkers } from '../../store/server/workers.ts'
import { prepareWorkspace } from '../../workspace/attempt-workspace.ts'
import { jobRepository } from '../../workspace/job-repository.ts'
import { recover } from './recover.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())
beforeEach(() => engine.db.tx((trx) => trx.deleteFrom('jobs').execute()))

const jobDir = ({ jobId }: Attempted): string => path.join(engine.dataDir, 'jobs', jobId)
const attemptDir = (place: Attempted): string => path.join(jobDir(place), 'attempts', place.attemptId)

/** Leaves an attempt like a server that is killed: with a lease, and uncommitted files. */
async function interrupt(place: Attempted): Promise<{ base: string; workId: string }> {
  const { jobId, taskId, attemptId } = place
  const base = await commitInto(engine, jobId, { 'a.txt': 'a' })
  const repository = jobRepository(engine.dataDir, jobId) ?? { dir: '' }
  const workspace = await prepareWorkspace(repository, { attemptDir: attemptDir(place), commit: base })
  fs.writeFileSync(path.join(workspace.dir, 'b.txt'), 'b')
  await underLock(engine.db, jobId, (trx) => updateAttempt(trx, attemptId, { base_commit: base }))
  const workId = await storeWork(engine.db, jobId, { kind: 'attempt', taskId, attemptId })
  await claimWork(engine.db, jobId)
  return { base, workId }
}

async function attemptOf({ jobId }: Attempted) {
  return (await listAttempts(engine.db.reader, jobId)).at(-1)
}

describe('after a server was killed,', () => {
  it('no worker is alive, and every unfinished job is due', async () => {
    await engine.db.tx((trx) => insertWorker(trx, { id: newId(), host: 'h', pid: 1, slots: 1 }))
    const running = await storeJob(engine.db, {}, { status: 'running' })
    const ended = await storeJob(engine.db, {}, { status: 'completed' })
    expect(await recover(engine)).toEqual({ swept: 0, interrupted: 0, resumed: 1 })
    expect(await listWorkers(engine.db.reader)).toEqual([])
    expect([await isAdvanceDue(engine.db, running), await isAdvanceDue(engine.db, ended)]).toEqual([
      true,
      false,
    ])
  })

  it('the work of an attempt is committed before its files are removed, and another attempt begins', async () => {
    const place = await storeAttempted(engine.db)
    const { base, workId } = await interrupt(place)
    fs.mkdirSync(path.join(attemptDir(place), 'home'), { recursive: true })
    expect(await recover(engine)).toEqual({ swept: 0, interrupted: 1, resumed: 1 })
    const attempt = await attemptOf(place)
    expect(attempt).toMatchObject({ base_commit: base, head_commit: expect.any(String) })
    const { dir } = jobRepository(engine.dataDir, place.jobId) ?? { dir: '' }
    expect(gitIn(dir, ['show', `${attempt?.head_commit ?? ''}:b.txt`])).toBe('b')
    expect(gitIn(dir, ['rev-parse', `refs/slipway/attempts/${place.attemptId}`])).toBe(attempt?.head_commit)
    expect(fs.readdirSync(attemptDir(place)).filter((name) => name === 'ws' || name === 'home')).toEqual([])
    await settle(engine, place.jobId)
    expect(await readWork(engine.db.reader, workId)).toMatchObject({ status: 'lost' })
    expect(await listAttempts(engine.db.reader, place.jobId)).toMatchObject([
      { status: 'lost', head_commit: attempt?.head_commit },
      { status: 'queued', number: 2 },
    ])
  })

  it('the work of an attempt is kept once, however often a server is killed', async () => {
    const place = await storeAttempted(engine.db)
    await interrupt(place)
    await recover(engine)
    const first = await attemptOf(place)
    expect(await recover(engine)).toMatchObject({ resumed: 1 })
    expect(await attemptOf(place)).toEqual(first)
  })

  it('commits of the agent are kept as well, with an event', async () => {
    const place = await storeAttempted(engine.db)
    await interrupt(place)
    const workspace = path.join(attemptDir(place), 'ws')
    gitIn(workspace, ['add', '.'])
    gitIn(workspace, ['commit', '-qm', 'mine'])
    await recover(engine)
    const events = await readEvents(engine.db.reader, place.jobId, 1, 100)
    expect(events).toMatchObject([
      { type: 'attempt.commits_kept', actor: 'server', attempt_id: place.attemptId },
    ])
    expect(fs.existsSync(workspace)).toBe(false)
  })

  it('a workspace whose work cannot be kept stays in place', async () => {
    const place = await storeAttempted(engine.db)
    await interrupt(place)
    fs.rmSync(path.join(jobDir(place), 'repo.git'), { recursive: true })
    await recover(engine)
    expect(fs.readFileSync(path.join(attemptDir(place), 'ws', 'b.txt'), 'utf8')).toBe('b')
    expect(await attemptOf(place)).toMatchObject({ head_commit: null })
    expect(await isAdvanceDue(engine.db, place.jobId)).toBe(true)
  })

  it('an attempt without a workspace leaves nothing behind', async () => {
    const place = await storeAttempted(engine.db)
    const { jobId, taskId, attemptId } = place
    await storeWork(engine.db, jobId, { kind: 'attempt', taskId, attemptId })
    await claimWork(engine.db, jobId)
    fs.mkdirSync(path.join(attemptDir(place), 'ws'), { recursive: true })
    await recover(engine)
    expect(fs.existsSync(path.join(attemptDir(place), 'ws'))).toBe(false)
    expect(await journalOf(engine.db, jobId)).toEqual([])
  })

  it('files that can be recreated are removed: those of a review and of checks', async () => {
    const place = await storeAttempted(engine.db)
    const { jobId, taskId } = place
    const review = await storeAttempt(engine.db, place, { kind: 'review' }, { base_commit: 'b' })
    await storeWork(engine.db, jobId, { kind: 'review', taskId, attemptId: review })
    const checks = await storeWork(engine.db, jobId, { kind: 'checks' })
    await storeWork(engine.db, jobId, { kind: 'merge', taskId })
    for (const queue of ['work', 'work', 'repository'] as const) await claimWork(engine.db, jobId, queue)
    const places = [
      path.join(jobDir(place), 'attempts', review, 'ws'),
      path.join(jobDir(place), 'checks', checks),
    ]
    for (const dir of places) fs.mkdirSync(dir, { recursive: true })
    expect(await recover(engine)).toMatchObject({ interrupted: 3 })
    expect(places.map((dir) => fs.existsSync(dir))).toEqual([false, false])
  })

  it('results are looked up in the current data directory', async () => {
    const id = await storeJob(engine.db, {}, { status: 'completed', result_path: '/old/jobs/x/result' })
    await recover(engine)
    expect((await readJob(engine.db.reader, id))?.result_path).toBe(`${engine.dataDir}/jobs/x/result`)
  })
})
