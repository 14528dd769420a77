import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../../../test/helpers/until.ts'
import { newJobRow } from '../../../test/helpers/new-job-row.ts'
import { openLog } from '../../lib/log.ts'
import type { Database } from '../../store/database.ts'
import { insertJobs } from '../../store/jobs.ts'
import { openDatabase } from '../../store/open-database.ts'
import { openBackups } from './backup.ts'

let root: string
let dataDir: string
let db: Database
const log = openLog('silent')

beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-backup-'))
  dataDir = path.join(root, 'data')
  fs.mkdirSync(dataDir)
  db = await openDatabase({ dataDir, url: null, log })
})
afterAll(async () => {
  await db.close()
  fs.rmSync(root, { recursive: true })
})

it('refuses a second backup, and whoever would remove something, until the first has ended', async () => {
  const gate = Promise.withResolvers<void>()
  const waiting: Database = {
    ...db,
    backUp: async (file, read) => {
      await gate.promise
      return db.backUp(file, read)
    },
  }
  const backups = openBackups({ db: waiting, dataDir, log }, '1.0.0')
  const request = { directory: path.join(root, 'one'), with_key: false }
  expect(await backups.begin(request)).toMatchObject({ status: 'running' })
  const underway = expect.objectContaining({ code: 'backup_underway' })
  expect(() => backups.refuseWhileUnderway()).toThrow(underway)
  await expect(backups.begin({ ...request, directory: path.join(root, 'two') })).rejects.toEqual(underway)
  gate.resolve()
  await eventually(() => expect(backups.view().status).toBe('done'))
  expect(() => backups.refuseWhileUnderway()).not.toThrow()
  await backups.close()
})

it("leaves out the files of the server's own jobs, which it may remove at any moment", async () => {
  const [visible, hidden] = [newJobRow(), newJobRow({ isHidden: true })]
  await db.tx((trx) => insertJobs(trx, [visible, hidden]))
  for (const { id } of [visible, hidden])
    fs.mkdirSync(path.join(dataDir, 'jobs', id, 'attempts'), { recursive: true })
  const backups = openBackups({ db, dataDir, log }, '1.0.0')
  const directory = path.join(root, 'three')
  await backups.begin({ directory, with_key: false })
  await eventually(() =>
    expect(backups.view()).toMatchObject({ status: 'done', jobs: { total: 1, done: 1 } }),
  )
  expect(fs.readdirSync(path.join(directory, 'jobs'))).toEqual([visible.id])
  await backups.close()
})
