import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { storeJob, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { Settings } from '../../contract/backend.ts'
import type { BackupView } from '../../contract/backup.ts'
import type { Retention, StorageView } from '../../contract/storage.ts'
import { updateJob } from '../../store/jobs.ts'
import { listRemovals, markDownloaded, setArchived, storedJobs } from '../../store/server/retention.ts'
import { mirrorsDir } from '../../workspace/source/mirror.ts'
import type { Engine } from '../engine.ts'
import { deleteJob } from '../people/delete-job.ts'
import { openRetentionLoop, type RetentionLoop } from './retention.ts'
import { putSettings } from './settings.ts'

const DAY_MS = 86_400_000
const MB = 1_000_000
const NEVER_MS = 3_600_000

const backupThatIs = (status: BackupView['status']): BackupView => ({
  status,
  directory: null,
  with_key: false,
  started_at: null,
  ended_at: null,
  jobs: { total: 0, done: 0 },
  error: null,
})

let opened: TestEngine
let engine: Engine
let loop: RetentionLoop
let backup = backupThatIs('never')

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
  loop = openRetentionLoop(engine, { view: () => backup }, NEVER_MS)
})
afterAll(async () => {
  await loop.close()
  await opened.close()
})
beforeEach(async () => {
  await keep({ days: null, gigabytes: null })
  for (const id of await stored()) {
    await underLock(engine.db, id, (trx) => updateJob(trx, id, { status: 'cancelled' }))
    await deleteJob(engine, id)
  }
})

const keep = (retention: Retention): Promise<unknown> => putSettings(engine, Settings.parse({ retention }))
const filesOf = (id: string): string => path.join(engine.dataDir, 'jobs', id)
const idsOf = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id)
const stored = async (): Promise<string[]> => idsOf(await storedJobs(engine.db.reader))
const shownOf = (view: StorageView, id: string): object | undefined => view.jobs.find((job) => job.id === id)

/** Stores a job that ended some days ago and uses some megabytes. */
async function ended(
  daysAgo: number,
  megabytes = 0,
  status: 'completed' | 'failed' = 'completed',
): Promise<string> {
  const completedAt = new Date(Date.now() - daysAgo * DAY_MS)
  const id = await storeJob(engine.db, { title: `${daysAgo} days` }, { status, completed_at: completedAt })
  hold(id, megabytes)
  return id
}

function hold(id: string, megabytes: number): void {
  fs.mkdirSync(filesOf(id), { recursive: true })
  fs.writeFileSync(path.join(filesOf(id), 'large'), Buffer.alloc(megabytes * MB, 1))
}

describe('retention', () => {
  it('removes nothing without a limit', async () => {
    const id = await ended(5000, 1)
    expect(await loop.collect()).toEqual([])
    expect(await stored()).toEqual([id])
  })

  it('removes jobs that ended too long ago, with their files, and lists them', async () => {
    const [old, young] = [await ended(31, 1), await ended(29)]
    await keep({ days: 30, gigabytes: null })
    const removed = await loop.collect()
    expect(removed).toMatchObject([{ id: old, title: '31 days', reason: 'age', was_taken: false }])
    expect(removed[0]?.bytes).toBeGreaterThanOrEqual(MB)
    expect(await stored()).toEqual([young])
    expect([fs.existsSync(filesOf(old)), fs.existsSync(filesOf(young))]).toEqual([false, true])
    expect((await listRemovals(engine.db.reader, 1))[0]).toMatchObject({ id: old, reason: 'age' })
    expect(await loop.collect()).toEqual([])
  })

  it('removes jobs that were downloaded first, then the oldest, while the rest uses too much', async () => {
    const [oldest, older, downloaded] = [await ended(3, 2), await ended(2, 2), await ended(1, 2)]
    await underLock(engine.db, downloaded, (trx) => markDownloaded(trx, downloaded))
    await keep({ days: null, gigabytes: 0.003 })
    const removed = await loop.collect()
    expect(removed.map(({ id, reason, was_taken }) => ({ id, reason, was_taken }))).toEqual([
      { id: downloaded, reason: 'size', was_taken: true },
      { id: oldest, reason: 'size', was_taken: false },
    ])
    expect(await stored()).toEqual([older])
  })

  it('never removes a job that has not ended, whatever its size', async () => {
    const id = await storeJob(engine.db, {}, { status: 'running' })
    hold(id, 3)
    await keep({ days: 1, gigabytes: 0.001 })
    expect(await loop.collect()).toEqual([])
    expect(await stored()).toEqual([id])
  })

  it('removes nothing during a backup, and continues after it', async () => {
    const id = await ended(31)
    await keep({ days: 30, gigabytes: null })
    backup = backupThatIs('running')
    expect(await loop.collect()).toEqual([])
    backup = backupThatIs('done')
    expect(idsOf(await loop.collect())).toEqual([id])
  })

  it('removes a job once when two removals run at the same time', async () => {
    const id = await ended(31)
    await keep({ days: 30, gigabytes: null })
    const [one, other] = await Promise.all([loop.collect(), loop.collect()])
    expect(idsOf(one)).toEqual([id])
    expect(other).toBe(one)
  })

  it('does not count a job that a person deletes at that moment', async () => {
    const [first, second] = [await ended(32), await ended(31)]
    await keep({ days: 30, gigabytes: null })
    const deletions: Promise<void>[] = []
    const log = Object.assign(Object.create(engine.log), {
      info: () => deletions.length === 0 && deletions.push(deleteJob(engine, first)),
    })
    const one = openRetentionLoop({ ...engine, log }, { view: () => backup }, NEVER_MS)
    expect(idsOf(await one.collect())).toEqual([second])
    await Promise.all([...deletions, one.close()])
    expect(await stored()).toEqual([])
  })

  it('runs periodically, and stops when the loop is closed', async () => {
    await ended(31)
    await keep({ days: 30, gigabytes: null })
    const often = openRetentionLoop(engine, { view: () => backup }, 20)
    await expect.poll(stored, { timeout: 10_000 }).toEqual([])
    await often.close()
    const id = await ended(31)
    expect(await often.collect()).toEqual([])
    expect(await stored()).toEqual([id])
  })

  it('also removes a mirror that no job uses any more', async () => {
    const mirror = path.join(mirrorsDir(engine.dataDir), 'unused')
    fs.mkdirSync(mirror, { recursive: true })
    fs.utimesSync(mirror, 1, 1)
    await loop.collect()
    expect(fs.existsSync(mirror)).toBe(false)
  })

  it('logs a failed removal, and repeats it', async () => {
    const errors: unknown[] = []
    const log = Object.assign(Object.create(engine.log), { error: (fields: unknown) => errors.push(fields) })
    const settings = (): Promise<never> => Promise.reject(new Error('the database is away'))
    const often = openRetentionLoop({ ...engine, log, settings }, { view: () => backup }, 20)
    await expect.poll(() => errors.length, { timeout: 10_000 }).toBeGreaterThan(1)
    await often.close()
    expect(errors[0]).toMatchObject({ err: new Error('the database is away') })
  })
})

describe('the storage view', () => {
  it('shows the size of every job, when it will be removed and why, the next ones first', async () => {
    const [young, old] = [await ended(1, 3), await ended(40, 1)]
    const running = await storeJob(engine.db, {}, { status: 'running' })
    hold(running, 2)
    await underLock(engine.db, young, (trx) => setArchived(trx, young, true))
    await underLock(engine.db, young, (trx) => markDownloaded(trx, young))
    await keep({ days: 30, gigabytes: null })
    const view = await loop.view()
    expect(idsOf(view.jobs)).toEqual([old, young, running])
    expect(shownOf(view, old)).toMatchObject({ goes: 'age', taken_at: null, archived: false })
    expect(shownOf(view, young)).toMatchObject({
      goes: null,
      goes_at: expect.stringMatching(/^\d{4}-/),
      taken_at: expect.stringMatching(/^\d{4}-/),
      archived: true,
    })
    expect(shownOf(view, running)).toMatchObject({ goes: null, goes_at: null, completed_at: null })
    expect(view.bytes).toBeGreaterThanOrEqual(6 * MB)
    expect(view.retention).toEqual({ days: 30, gigabytes: null })
    expect(view.disk.total).toBeGreaterThan(view.disk.free)
    expect(await stored()).toContain(old)
  })

  it('measures an ended job once, and an unfinished one every time', async () => {
    const [done, running] = [await ended(1, 1), await storeJob(engine.db, {}, { status: 'running' })]
    const before = await loop.view()
    for (const id of [done, running]) hold(id, 4)
    const after = await loop.view()
    expect(shownOf(after, done)).toEqual(shownOf(before, done))
    expect(after.bytes - before.bytes).toBeGreaterThanOrEqual(4 * MB)
  })

  it('is empty without jobs', async () => {
    expect(await loop.view()).toMatchObject({ bytes: 0, jobs: [] })
  })
})
