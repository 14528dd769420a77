import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { claimWork, storeJob, storeWork, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { Settings } from '../../contract/backend.ts'
import type { Conformance } from '../../contract/conformance.ts'
import { newId } from '../../lib/ids.ts'
import { bindDataDirectory } from '../database/bind-data-directory.ts'
import { deleteHiddenJob, hiddenJobs, lockCanary, readCanary, writeCanary } from './canary.ts'
import { forgetConformance, readConformance, writeConformance } from './conformance.ts'
import type { Database } from '../database/database.ts'
import { markDeleted } from '../deletion.ts'
import { readJob } from '../jobs.ts'
import {
  lockSetting,
  lockSettings,
  readSetting,
  readSettings,
  writeSetting,
  writeSettings,
} from './settings.ts'
import { endWork } from '../work.ts'

let db: Database

beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

describe('a setting', () => {
  it('has the value that was written last, or null', async () => {
    expect(await readSetting(db.reader, 'one')).toBeNull()
    for (const value of [{ deep: [1] }, 'text', null]) {
      await db.tx((trx) => writeSetting(trx, 'one', value))
      expect(await readSetting(db.reader, 'one')).toEqual(value)
    }
    expect(await readSetting(db.reader, 'other')).toBeNull()
  })

  it('that is locked exists from then on, and keeps its value', async () => {
    expect(await db.tx((trx) => lockSetting(trx, 'one', { first: true }))).toEqual({ first: true })
    expect(await db.tx((trx) => lockSetting(trx, 'one', { second: true }))).toEqual({ first: true })
  })

  it('is changed by one writer after the other, so that no change is lost', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () =>
        db.tx(async (trx) => {
          const count = await lockSetting(trx, 'count', 0)
          await writeSetting(trx, 'count', count + 1)
        }),
      ),
    )
    expect(await readSetting(db.reader, 'count')).toBe(8)
  })
})

it('settings have their defaults until they are changed', async () => {
  const defaults = Settings.parse({})
  expect(await readSettings(db.reader)).toEqual(defaults)
  expect(await db.tx((trx) => lockSettings(trx))).toEqual(defaults)
  const changed: Settings = { ...defaults, default_backend: 'codex', limits: { codex: { turn: 5 } } }
  await db.tx((trx) => writeSettings(trx, changed))
  expect(await readSettings(db.reader)).toEqual(changed)
})

describe('the results of the conformance kit', () => {
  const found: Conformance = { at: 'a', version: '1', model: null, walls: 'none', cases: [] }

  it('are kept for each backend until its program changes', async () => {
    expect(await readConformance(db.reader)).toEqual(new Map())
    await db.tx(async (trx) => {
      await writeConformance(trx, 'one', found)
      await writeConformance(trx, 'two', found)
      await writeConformance(trx, 'one', { ...found, version: '2' })
      await writeSetting(trx, 'conformist', found)
    })
    expect(await readConformance(db.reader)).toEqual(
      new Map([
        ['one', { ...found, version: '2' }],
        ['two', found],
      ]),
    )
    await db.tx((trx) => forgetConformance(trx, 'one'))
    await db.tx((trx) => forgetConformance(trx, 'never there'))
    expect([...(await readConformance(db.reader)).keys()]).toEqual(['two'])
  })

  it('of another version that cannot be read are ignored', async () => {
    await db.tx((trx) => writeSetting(trx, 'conformance:old', { at: 1 }))
    expect(await readConformance(db.reader)).toEqual(new Map())
  })
})

describe('the canary', () => {
  it('has never run until its record is written', async () => {
    const never = { status: 'never', at: null, duration_ms: null, job_id: null, reason: null }
    expect(await readCanary(db.reader)).toEqual({ workerId: null, canary: never })
    expect(await db.tx((trx) => lockCanary(trx))).toEqual({ workerId: null, canary: never })
    const record = { workerId: newId(), canary: { ...never, status: 'failed', reason: 'no' } } as const
    await db.tx((trx) => writeCanary(trx, record))
    expect(await readCanary(db.reader)).toEqual(record)
  })

  it('has hidden jobs, which are deleted when no worker works on them', async () => {
    const id = await storeJob(db, { isHidden: true })
    const visible = await storeJob(db)
    const deleted = await storeJob(db, { isHidden: true })
    await underLock(db, deleted, (trx) => markDeleted(trx, deleted))
    expect(await hiddenJobs(db.reader)).toEqual([id])
    const remove = (jobId: string): Promise<boolean> => db.tx((trx) => deleteHiddenJob(trx, jobId))
    await storeWork(db, id)
    const { work } = await claimWork(db, id)
    expect(await remove(id)).toBe(false)
    await underLock(db, id, (trx) => endWork(trx, work.id, null, 'done', null))
    expect(await remove(id)).toBe(true)
    expect(await remove(id)).toBe(true)
    expect(await readJob(db.reader, id)).toBeNull()
    expect(await remove(visible)).toBe(false)
    expect(await readJob(db.reader, visible)).not.toBeNull()
  })
})

it('a database belongs to its first data directory, even after that was moved', async () => {
  const [first, other] = [makeDir('slipway-bound-'), makeDir('slipway-bound-')]
  // On PostgreSQL it was bound when it was opened.
  await db.tx((trx) => trx.deleteFrom('settings').where('key', '=', 'data_directory').execute())
  for (let start = 0; start < 2; start += 1) await bindDataDirectory(db, first)
  await expect(bindDataDirectory(db, other)).rejects.toMatchObject({
    code: 'other_data_directory',
    message: expect.stringContaining(first),
  })
  const moved = path.join(other, 'moved')
  fs.renameSync(first, moved)
  await bindDataDirectory(db, moved)
  await expect(bindDataDirectory(db, other)).rejects.toThrow(moved)
})
