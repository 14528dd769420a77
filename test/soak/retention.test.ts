import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/** 200 jobs of 50 MB on a server that may keep 2 GB, and that is killed 20 times while it removes them. */
const JOBS = 200
const JOB_MB = 50
const LIMIT = { days: null, gigabytes: 2 }
const KILLS = 20

it('the limit holds, running jobs are untouched, removed jobs without a copy are named, and no kill leaves half a job', async () => {
  const dataDir = makeDataDir()
  const { random } = seededRandom()
  const start = (): Promise<TestServer> =>
    startTestServer({ dataDir, args: ['--workers', '8'], env: { SLIPWAY_RETENTION_SECONDS: '1' } })
  let server = await start()
  const created: string[] = []
  for (let job = 0; job < JOBS; job += 1)
    created.push((await server.client.createJob({ vision: 'a counter', mode: 'solo' })).job_id)
  const ends = new Map<string, string>()
  for (const id of created) {
    const ended = await endOf(server, id, 1_200_000)
    expect(ended.status).toBe('completed')
    ends.set(id, ended.completed_at ?? '')
    const large = path.join(dataDir, 'jobs', id, 'result', 'large')
    execFileSync('fallocate', ['-l', `${JOB_MB}M`, large])
  }
  const ids = created.toSorted((a, b) => ((ends.get(a) ?? '') < (ends.get(b) ?? '') ? -1 : 1))
  const { job_id: running } = await server.client.createJob({
    vision: 'a counter [[demo:hang]]',
    mode: 'solo',
  })
  const settings = await server.client.settings()
  await server.client.putSettings({ ...settings, retention: LIMIT })

  for (let kill = 0; kill < KILLS; kill += 1) {
    await letPass(300 + random() * 1200)
    await server.crash()
    server = await start()
  }
  const storage = await until('the limit to hold', 300_000, async () => {
    const view = await server.client.storage()
    return view.bytes <= LIMIT.gigabytes * 1e9 && view.jobs.every(({ goes }) => goes === null) ? view : null
  })
  const kept = new Set(storage.jobs.map(({ id }) => id))
  expect(kept.has(running)).toBe(true)
  expect((await server.client.getJob(running)).status).toBe('running')
  const gone = ids.filter((id) => !kept.has(id))
  expect(gone.length).toBeGreaterThanOrEqual(JOBS - Math.floor((LIMIT.gigabytes * 1000) / JOB_MB))
  expect(gone).toEqual(ids.slice(0, gone.length))
  expect(storage.removed.map(({ id }) => id)).toEqual(gone.toReversed().slice(0, storage.removed.length))
  expect(storage.removed.every(({ was_taken: wasTaken }) => !wasTaken)).toBe(true)
  await until('what is removed to be gone from the disk', 60_000, () => {
    const there = new Set(fs.readdirSync(path.join(dataDir, 'jobs')))
    return Promise.resolve(gone.every((id) => !there.has(id)) ? true : null)
  })
  for (const id of ids.slice(gone.length)) {
    expect(fs.existsSync(path.join(dataDir, 'jobs', id, 'result', 'large'))).toBe(true)
    expect((await server.client.getJob(id)).status).toBe('completed')
  }
  await server.stop()
})
