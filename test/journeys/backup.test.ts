import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runSlipway as slipway, type Ended } from '../helpers/run-slipway.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { gitIn } from '../helpers/source-repository.ts'
import { until } from '../helpers/until.ts'

/** A backup is made while so many jobs run, and they continue in the restored copy. The long form is part of `make test-soak`. */
const JOBS = process.env.SLIPWAY_SOAK === 'long' ? 100 : 12
const backups = makeDir('slipway-backups-')
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const backUp = (directory: string, ...words: string[]): Promise<Ended> =>
  slipway('backup', directory, ...words, '--data-dir', server.dataDir)

it('a backup that is made while jobs run is restored elsewhere, and every job continues to its end', async () => {
  await server.client.setSecret('mine', 'sk-of-a-provider')
  const ids = await Promise.all(
    Array.from({ length: JOBS }, async (_, n) => {
      // The first one is built by a team, task after task.
      const mode = n === 0 ? ('team' as const) : ('solo' as const)
      const job = { vision: `a counter, number ${n} [[demo:slow=400]]`, mode }
      return (await server.client.createJob(job)).job_id
    }),
  )
  await until('a job that is done, and others that run', 120_000, async () => {
    const { jobs } = await server.client.listJobs()
    const is = (status: string): boolean => jobs.some((job) => job.status === status)
    return is('completed') && is('running') && is('queued') ? true : null
  })
  const directory = path.join(backups, 'whole')
  const made = await backUp(directory, '--with-key')
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('the database, and the files of') })
  expect(fs.statSync(directory).mode & 0o077).toBe(0)
  await server.crash()

  const dataDir = makeDataDir()
  const restored = await slipway('restore', directory, '--data-dir', dataDir)
  expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('slipway start') })
  server = await startTestServer({ dataDir })
  expect((await server.client.secrets()).map(({ name }) => name)).toEqual(['mine'])
  for (const id of ids) {
    const job = await endOf(server, id)
    expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
      status: 'completed',
      proof: 'proven',
      error: null,
    })
    expect(job.workspace_path?.startsWith(dataDir)).toBe(true)
    gitIn(job.workspace_path ?? '', ['fsck', '--strict'])
  }
})

it('omits the keys unless they are requested', async () => {
  const directory = path.join(backups, 'without')
  expect((await backUp(directory)).stdout).toContain('Without the key of the secrets')
  const names = fs.readdirSync(directory)
  expect(names).toEqual(expect.arrayContaining(['backup.json', 'slipway.sqlite', 'jobs']))
  expect(names).not.toContain('secrets.key')
  expect(names).not.toContain('token')
  const dataDir = makeDataDir()
  expect((await slipway('restore', directory, '--data-dir', dataDir)).stdout).toContain(
    'It came without the key of the secrets',
  )
  const other = await startTestServer({ dataDir })
  expect((await other.client.listJobs()).total).toBe(JOBS)
  await other.stop()
})

it('reports a problem with a directory, and writes nothing into it', async () => {
  const full = makeDir('slipway-full-')
  fs.writeFileSync(path.join(full, 'a-file'), '')
  expect(await backUp(full)).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') })
  expect(fs.readdirSync(full)).toEqual(['a-file'])
  expect(await backUp(path.join(server.dataDir, 'backup'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('inside the data directory'),
  })
  await expect(server.client.backUp({ directory: 'relative', with_key: false })).rejects.toMatchObject({
    status: 400,
    issues: [{ path: 'directory' }],
  })
})

it('refuses to restore an incomplete backup, or into a directory that is not empty', async () => {
  const broken = path.join(backups, 'broken')
  expect((await backUp(broken)).code).toBe(0)
  const restore = (dataDir: string): Promise<Ended> => slipway('restore', broken, '--data-dir', dataDir)
  const full = makeDir('slipway-full-')
  fs.writeFileSync(path.join(full, 'a-file'), '')
  expect(await restore(full)).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') })

  const database = path.join(broken, 'slipway.sqlite')
  const bytes = fs.readFileSync(database)
  bytes.fill(7, 4096, 40_960)
  fs.writeFileSync(database, bytes)
  const untouched = path.join(backups, 'untouched')
  expect(await restore(untouched)).toMatchObject({ code: 1, stderr: expect.stringContaining('damaged') })
  fs.rmSync(path.join(broken, 'backup.json'))
  expect(await restore(untouched)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not a complete backup'),
  })
  expect(fs.existsSync(untouched)).toBe(false)
})
