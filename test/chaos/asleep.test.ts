import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { startPostgres, type PrivatePostgres } from '../helpers/postgres.ts'
import { treeOf } from '../helpers/processes.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/** Longer than a claim of the queue lives without a sign of life: its heartbeat, and the look that finds it gone. */
const ASLEEP_MS = 25_000
const jobs = 3
/** Limits shorter than the sleep, or than the sleep and the awake time together. */
const limits = {
  SLIPWAY_FIRST_UPDATE_SECONDS: '20',
  SLIPWAY_SILENCE_SECONDS: '20',
  SLIPWAY_CHECK_SECONDS: '40',
}
/** It counts the time in which it is awake: 22 s of it. */
const slowCheck = 'for n in $(seq 110); do sleep 0.2; done; test -n "$n"'

/** Simulates a closed laptop: pauses and resumes the server and all its processes together. */
async function sleep(server: TestServer, ms: number): Promise<void> {
  const stopped = new Set<number>()
  // A parent is paused before its children are listed.
  for (let before = -1; before < stopped.size;) {
    before = stopped.size
    for (const pid of treeOf(server.pid)) {
      if (!stopped.has(pid)) signal(pid, 'SIGSTOP')
      stopped.add(pid)
    }
  }
  await letPass(ms)
  for (const pid of stopped) signal(pid, 'SIGCONT')
}

function hasSpoken({ dataDir }: TestServer, job: string, attempt: string): boolean {
  const transcript = path.join(dataDir, 'jobs', job, 'attempts', attempt, 'transcript.jsonl')
  return fs.readFileSync(transcript, 'utf8').includes('Working slowly')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

describe.each(['embedded', 'postgres'] as const)('on the %s database', (engine) => {
  let postgres: PrivatePostgres | null = null
  let server: TestServer

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres({ survivesCrashes: true }) : null
    await postgres?.createDatabase('asleep')
    const env: Record<string, string> = postgres === null ? {} : { DATABASE_URL: postgres.url('asleep') }
    server = await startTestServer({
      dataDir: makeDataDir(),
      env: { SLIPWAY_WORKERS: '6', ...limits, ...env },
    })
  })
  afterAll(async () => {
    await server?.stop()
    await postgres?.stop()
  })

  it('work that slept longer than its lease continues when it wakes, if no other worker has taken it', async () => {
    const checks = [slowCheck]
    const checked = (await server.client.createJob({ vision: 'a counter', mode: 'solo', checks })).job_id
    await until('a check under way', 60_000, async () =>
      (await server.client.getJob(checked)).checking?.command === slowCheck ? true : null,
    )
    const ids = [checked]
    for (let n = 0; n < jobs; n += 1) {
      const job = { vision: 'a counter [[demo:slow=10000]]', mode: 'solo' } as const
      ids.push((await server.client.createJob(job)).job_id)
    }
    for (const id of ids.slice(1))
      await until(`an agent that is speaking for ${id}`, 30_000, async () => {
        const [attempt] = await server.client.attempts(id)
        return attempt?.status === 'running' && hasSpoken(server, id, attempt.id) ? true : null
      })
    await sleep(server, ASLEEP_MS)
    for (const id of ids) {
      expect(await endOf(server, id)).toMatchObject({ error: null, status: 'completed', proof: 'proven' })
      const attempts = await server.client.attempts(id)
      expect(attempts.map(({ number, status, error }) => ({ number, status, error }))).toEqual([
        { number: 1, status: 'succeeded', error: null },
      ])
      const told = (await server.client.events(id, 0)).map(({ type }) => type)
      expect(told.filter((type) => /lost|failed|held|rescued|interrupted/.test(type))).toEqual([])
    }
  })
})
