import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Retention } from '../../src/contract/storage.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { runSlipway, type Ended } from '../helpers/run-slipway.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** Ended jobs are removed when they are too old or use too much space; archived jobs are only hidden. */
const MB = 1_000_000
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_RETENTION_SECONDS: '1' } })
})
afterAll(() => server.stop())

const slipway = (...words: string[]): Promise<Ended> => runSlipway(...words, '--data-dir', server.dataDir)

/** Runs a job to its end, and lets it hold more than it does. */
async function done(megabytes: number): Promise<string> {
  const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  expect((await endOf(server, job_id)).status).toBe('completed')
  fs.writeFileSync(path.join(filesOf(job_id), 'result', 'large'), Buffer.alloc(megabytes * MB, 1))
  return job_id
}

const filesOf = (id: string): string => path.join(server.dataDir, 'jobs', id)

async function keep(retention: Retention): Promise<void> {
  await server.client.putSettings({ ...(await server.client.settings()), retention })
}

async function listed(archived: 'true' | 'false' = 'false'): Promise<string[]> {
  return (await server.client.listJobs({ archived })).jobs.map(({ id }) => id).toSorted()
}

it('downloaded jobs are removed first, then the oldest, until the rest is within the limit', async () => {
  const [first, second, third] = [await done(30), await done(30), await done(30)]
  const { job_id: running } = await server.client.createJob({
    vision: 'a counter [[demo:hang]]',
    mode: 'solo',
  })
  execFileSync('git', ['clone', '-q', `${server.url}/git/${third}.git`, makeDir('slipway-copy-')], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Bearer ${server.token}`,
    },
  })
  expect((await server.client.getJob(third)).taken_at).not.toBeNull()
  expect((await server.client.getJob(first)).taken_at).toBeNull()

  const before = await slipway('gc', '--dry-run')
  expect(before).toMatchObject({ code: 0, stdout: expect.stringContaining('Jobs are kept for good') })
  await keep({ days: null, gigabytes: 0.04 })
  await until('two jobs to go', 30_000, async () => ((await listed()).length === 2 ? true : null))
  expect(await listed()).toEqual([second, running].toSorted())
  for (const id of [first, third]) expect(fs.existsSync(filesOf(id))).toBe(false)

  const storage = await server.client.storage()
  expect(storage.bytes).toBeLessThanOrEqual(40 * MB)
  expect(storage.removed.map(({ id, reason, was_taken }) => ({ id, reason, was_taken }))).toEqual([
    { id: first, reason: 'size', was_taken: false },
    { id: third, reason: 'size', was_taken: true },
  ])
  await server.client.cancel(running)
  await endOf(server, running)
  await keep({ days: null, gigabytes: null })
})

it('gc shows what it would remove, and removes it on request', async () => {
  const [one] = [await done(30)]
  // The server applies the retention by itself only after an hour.
  await server.stop()
  server = await startTestServer({
    dataDir: server.dataDir,
    env: { SLIPWAY_RETENTION_SECONDS: '3600' },
  })
  await keep({ days: null, gigabytes: 0.001 })
  const asked = await slipway('gc', '--dry-run')
  expect(asked.stdout).toContain('now: size')
  expect(asked.stdout).toContain('never downloaded')
  expect(await listed()).toContain(one)
  const went = await slipway('gc')
  expect(went.stdout).toContain(`Removed ${one.slice(0, 13)}`)
  expect(went.stdout).toContain('which was never downloaded')
  expect(await listed()).toEqual([])
  expect(await slipway('gc')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing was removed'),
  })
  await keep({ days: null, gigabytes: null })
})

it('an archived job is only in its own list, keeps everything, and can be put back', async () => {
  const [one, other] = [await done(1), await done(1)]
  expect(await slipway('archive', one)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Archived'),
  })
  expect(await listed()).toEqual([other])
  expect(await listed('true')).toEqual([one])
  expect((await slipway('jobs', '--archived', '--json')).stdout).toContain(one)
  expect((await server.client.getJob(one)).archived_at).not.toBeNull()
  expect(fs.existsSync(path.join(filesOf(one), 'result', 'large'))).toBe(true)
  const events = await server.client.events(one, 0)
  expect(events.at(-1)).toMatchObject({ type: 'job.archived', actor: 'person' })
  expect(await slipway('archive', one, '--undo')).toMatchObject({ code: 0 })
  expect(await listed()).toEqual([one, other].toSorted())
})

it('an unfinished job cannot be archived, and a retention of the settings file cannot be changed', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:hang]]', mode: 'solo' })
  await expect(server.client.archiveJob(job_id, true)).rejects.toMatchObject({
    status: 409,
    code: 'job_not_ended',
  })
  await server.client.cancel(job_id)
  await endOf(server, job_id)
  const file = path.join(makeDir('slipway-settings-'), 'slipway.yaml')
  fs.writeFileSync(file, 'retention:\n  days: 30\n')
  await server.stop()
  server = await startTestServer({ dataDir: server.dataDir, args: ['--config', file] })
  expect((await server.client.settings()).retention).toEqual({ days: 30, gigabytes: null })
  await expect(keep({ days: 1, gigabytes: null })).rejects.toMatchObject({ code: 'in_settings_file' })
  await keep({ days: 30, gigabytes: 5 })
  const storage = await server.client.storage()
  expect(storage.retention).toEqual({ days: 30, gigabytes: 5 })
  expect(storage.jobs.find(({ id }) => id === job_id)?.goes_at).toMatch(/^\d{4}-/)
  expect(storage.disk.free).toBeGreaterThan(storage.disk.needed)
})
