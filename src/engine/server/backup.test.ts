import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gitIn, makeSource } from '../../../test/helpers/source-repository.ts'
import { storeJob } from '../../../test/helpers/stored-job.ts'
import { eventually } from '../../../test/helpers/until.ts'
import { BackupManifest, type BackupView } from '../../contract/backup.ts'
import { newJobRow } from '../../../test/helpers/new-job-row.ts'
import { openLog } from '../../lib/log.ts'
import type { Database } from '../../store/database/database.ts'
import { insertJobs } from '../../store/jobs.ts'
import { openDatabase } from '../../store/database/open-database.ts'
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

it('refuses a second backup, and removals, until the first one has ended', async () => {
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

it("skips the files of the server's own jobs, which can be removed at any time", async () => {
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

/** Writes these files below the data directory. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dataDir, name)), { recursive: true })
    fs.writeFileSync(path.join(dataDir, name), text)
  }
}

/** Makes a backup and waits for its end. */
async function backUp(
  name: string,
  more: { with_key?: boolean } = {},
): Promise<{ directory: string; view: BackupView }> {
  const backups = openBackups({ db, dataDir, log }, '1.0.0')
  expect(backups.view().status).toBe('never')
  const directory = path.join(root, name)
  await backups.begin({ directory, with_key: false, ...more })
  await eventually(() => expect(backups.view().status).not.toBe('running'))
  return { directory, view: backups.view() }
}

const filesIn = (dir: string): string[] =>
  fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .toSorted()

it('includes what cannot be recreated, and the key and the token only on request', async () => {
  const kept = { id: 'an id', 'backends/a/package.json': '{}' }
  const keys = { token: 't', 'secrets.key': 'k' }
  const made = {
    'run/a.json': '',
    'pool/x/HEAD': '',
    'trees/x/one.txt': '',
    'trash/x/y': '',
    'server.json': '{}',
    'slipway.sqlite-wal2': '',
  }
  write({ ...kept, ...keys, ...made })
  const plain = await backUp('plain')
  expect(plain.view).toMatchObject({
    status: 'done',
    with_key: false,
    error: null,
    ended_at: expect.any(String),
  })
  const inRoot = filesIn(plain.directory).filter((name) => !name.startsWith('jobs/'))
  expect(inRoot).toEqual(['backends/a/package.json', 'backup.json', 'id', 'slipway.sqlite'])
  const whole = await backUp('whole', { with_key: true })
  expect(filesIn(whole.directory)).toEqual(expect.arrayContaining(['secrets.key', 'token']))
  const manifest = JSON.parse(fs.readFileSync(path.join(whole.directory, 'backup.json'), 'utf8'))
  expect(BackupManifest.parse(manifest)).toEqual({
    slipway: '1.0.0',
    created_at: expect.any(String),
    with_key: true,
  })
  expect(fs.statSync(path.join(whole.directory, 'backup.json')).mode & 0o077).toBe(0)
})

it('includes the work of a job, with the branch in the state of its row, and no workspace', async () => {
  const source = makeSource(path.join(root, 'source'), 'main')
  const commit = gitIn(source, ['rev-parse', 'main~1'])
  const delivered = await storeJob(db, {}, { status: 'completed', head_commit: commit, result_path: '/r' })
  const fresh = await storeJob(db)
  for (const id of [delivered, fresh]) {
    write({
      [`jobs/${id}/attempts/a/transcript.jsonl`]: '{}',
      [`jobs/${id}/attempts/a/ws/file`]: 'x',
      [`jobs/${id}/attempts/a/home/file`]: 'x',
      [`jobs/${id}/checks/c/file`]: 'x',
      [`jobs/${id}/result/file`]: 'x',
    })
    gitIn(root, ['clone', '-q', '--bare', source, path.join(dataDir, 'jobs', id, 'repo.git')])
    write({ [`jobs/${id}/repo.git/objects/pack/tmp_pack_1`]: 'x', [`jobs/${id}/repo.git/main.lock`]: 'x' })
  }
  const { directory } = await backUp('jobs')
  const copied = (id: string): string[] =>
    filesIn(path.join(directory, 'jobs', id)).filter((name) => !name.startsWith('repo.git/'))
  expect(copied(delivered)).toEqual(['attempts/a/transcript.jsonl', 'result/file'])
  expect(copied(fresh)).toEqual(['attempts/a/transcript.jsonl'])
  const [one, other] = [delivered, fresh].map((id) => path.join(directory, 'jobs', id, 'repo.git'))
  expect(gitIn(one ?? '', ['rev-parse', 'main'])).toBe(commit)
  expect(gitIn(other ?? '', ['rev-parse', 'main'])).toBe(gitIn(source, ['rev-parse', 'main']))
  expect(filesIn(one ?? '').filter((name) => /tmp_|\.lock$/.test(name))).toEqual([])
})

it.each([
  ['inside the data directory', () => path.join(dataDir, 'backup'), 'is inside the data directory'],
  ['the data directory', () => dataDir, 'is inside the data directory'],
  ['that holds something', () => root, 'is not empty'],
  ['that cannot be made', () => '/proc/slipway/backup', 'cannot be made'],
])('refuses a directory %s, and can be requested again', async (_what, directory, said) => {
  const backups = openBackups({ db, dataDir, log }, '1.0.0')
  const refused = backups.begin({ directory: directory(), with_key: false })
  await expect(refused).rejects.toMatchObject({
    code: 'bad_backup_directory',
    message: expect.stringContaining(said),
    issues: [{ path: 'directory' }],
  })
  expect(backups.view().status).toBe('never')
})

it('leaves the database of PostgreSQL to pg_dump', async () => {
  const other: Database = { ...db, engine: 'postgres' }
  const backups = openBackups({ db: other, dataDir, log }, '1.0.0')
  const refused = backups.begin({ directory: path.join(root, 'pg'), with_key: false })
  await expect(refused).rejects.toMatchObject({ code: 'backup_of_postgres' })
})

it('that fails, or is interrupted by a stop of the server, shows why', async () => {
  const failing: Database = { ...db, backUp: () => Promise.reject(new Error('the disk is full')) }
  const backups = openBackups({ db: failing, dataDir, log }, '1.0.0')
  await backups.begin({ directory: path.join(root, 'fails'), with_key: false })
  await eventually(() =>
    expect(backups.view()).toMatchObject({ status: 'failed', error: 'the disk is full' }),
  )
  await backups.close()
  const gate = Promise.withResolvers<void>()
  const slow: Database = { ...db, backUp: (file, read) => gate.promise.then(() => db.backUp(file, read)) }
  const stopped = openBackups({ db: slow, dataDir, log }, '1.0.0')
  await stopped.begin({ directory: path.join(root, 'stopped'), with_key: false })
  const closing = stopped.close()
  gate.resolve()
  await closing
  expect(stopped.view()).toMatchObject({ status: 'failed', error: 'the server was stopped' })
})

it('works for a data directory without jobs', async () => {
  const empty = path.join(root, 'empty')
  fs.mkdirSync(empty)
  const backups = openBackups({ db, dataDir: empty, log }, '1.0.0')
  await backups.begin({ directory: path.join(root, 'of-nothing'), with_key: false })
  await eventually(() =>
    expect(backups.view()).toMatchObject({ status: 'done', jobs: { total: 0, done: 0 } }),
  )
})
