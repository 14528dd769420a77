import fs from 'node:fs'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { gitIn, makeSource } from '../../../test/helpers/source-repository.ts'
import { storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../store/database/database.ts'
import { ensureJobRepository } from '../../workspace/job-repository.ts'
import {
  archiveJob,
  uploadPack,
  viewCommits,
  viewDiff,
  viewFile,
  viewTree,
  type FilesEngine,
} from './job-files.ts'

let db: Database
let engine: FilesEngine
let source: string

beforeAll(async () => {
  const dataDir = makeDir('slipway-files-')
  db = await openTestStore(dataDir)
  const limits = { treeEntries: 1, diffBytes: 1000, archiveBytes: 1000, clones: 1, cloneMs: 10_000 }
  engine = { db, dataDir, limits }
  source = makeSource(path.join(dataDir, 'source'))
})
afterAll(() => db.close())

/** A job whose repository was made from the source. */
async function begun(title = 't'): Promise<string> {
  const jobId = await storeJob(db, { title, branch: 'trunk' })
  await ensureJobRepository({ dataDir: engine.dataDir, jobId, source, branch: 'trunk' })
  return jobId
}

const never = new AbortController().signal

it('a commit is the tip of the branch unless it is named', async () => {
  const id = await begun()
  const [tip, first] = [gitIn(source, ['rev-parse', 'trunk']), gitIn(source, ['rev-parse', 'trunk^'])]
  expect(await viewTree(engine, id)).toMatchObject({ commit: tip, truncated: true })
  expect(await viewTree(engine, id, 'trunk')).toMatchObject({ commit: tip })
  expect(await viewTree(engine, id, first)).toMatchObject({ commit: first, truncated: false })
  expect(await viewFile(engine, id, Buffer.from('one.txt'), first)).toMatchObject({ content: 'one\n' })
  expect((await viewCommits(engine, id, first)).commits).toHaveLength(1)
  expect((await viewDiff(engine, id, { from: first })).diff).toContain('+two')
  expect((await viewDiff(engine, id, { to: first })).diff).toContain('+one')
})

it('a missing commit is distinguished from a job without commits', async () => {
  const [id, waiting, nobody] = [await begun(), await storeJob(db), newId()]
  await expect(viewTree(engine, id, 'other')).rejects.toMatchObject({
    code: 'ref_not_found',
    message: 'The job has no commit "other".',
  })
  await expect(viewTree(engine, waiting)).rejects.toMatchObject({
    code: 'ref_not_found',
    message: 'The job has no commit "HEAD" yet: its work has not begun.',
  })
  await expect(viewTree(engine, nobody)).rejects.toMatchObject({ code: 'not_found' })
  await expect(viewDiff(engine, id, { from: 'other' })).rejects.toMatchObject({ code: 'ref_not_found' })
})

it.each([
  ['A "counter", of birds!', 'a-counter-of-birds'],
  ['../../etc/passwd', 'etc-passwd'],
  ['Zähler', 'z-hler'],
  ['数', 'repository'],
  ['x'.repeat(80), 'x'.repeat(50)],
])('the archive of %j is named %s', async (title, name) => {
  const id = await begun(title)
  const archive = await archiveJob(engine, id, 'zip', never)
  expect(archive.name).toBe(`${name}-${gitIn(source, ['rev-parse', 'trunk']).slice(0, 8)}.zip`)
  expect((await buffer(archive.stream)).subarray(0, 2).toString()).toBe('PK')
})

it('an archive that would be too large is refused', async () => {
  const id = await begun()
  const small = { ...engine, limits: { ...engine.limits, archiveBytes: 3 } }
  await expect(archiveJob(small, id, 'zip', never)).rejects.toMatchObject({ code: 'archive_too_large' })
})

it('a git client can read the repository', async () => {
  const [id, waiting] = [await begun(), await storeJob(db)]
  const asked = { protocol: null, request: null, signal: never }
  expect((await buffer(await uploadPack(engine, id, asked))).toString()).toContain('refs/heads/trunk')
  await expect(uploadPack(engine, waiting, asked)).rejects.toMatchObject({
    message: 'The job has no repository yet: its work has not begun.',
  })
  expect(fs.existsSync(path.join(engine.dataDir, 'jobs', waiting))).toBe(false)
})
