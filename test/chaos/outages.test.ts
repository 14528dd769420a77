import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allEvents, lostLines } from '../helpers/lost-lines.ts'
import { childrenNaming } from '../helpers/processes.ts'
import { startPostgres, type PrivatePostgres } from '../helpers/postgres.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/**
 * Outages of what a running server depends on: its database, its connections, its helpers. `make test-soak` runs the long
 * form, with more and longer outages and more jobs.
 */
const long = process.env['SLIPWAY_SOAK'] === 'long'
const soak = long
  ? {
      jobs: 20,
      slowMs: 20_000,
      restarts: 12,
      everyMs: 10_000,
      crashes: 5,
      awayMs: [3000, 6000, 60_000],
      killMs: 20_000,
    }
  : { jobs: 2, slowMs: 2500, restarts: 2, everyMs: 1000, crashes: 1, awayMs: [1000], killMs: 2000 }
const PATIENCE_MS = long ? 400_000 : 100_000

const ROLE = 'tenant'
let postgres: PrivatePostgres
let url: string
let server: TestServer

beforeAll(async () => {
  postgres = await startPostgres({ survivesCrashes: true, maxConnections: 40 })
  await postgres.createDatabase('outages')
  url = await ordinaryRole()
  server = await startTestServer({ dataDir: makeDataDir(), env: { DATABASE_URL: url, SLIPWAY_WORKERS: '6' } })
})
afterAll(async () => {
  await server?.stop()
  await postgres?.stop()
})

/** The address of the database for a role that is no superuser, and so has limits. */
async function ordinaryRole(): Promise<string> {
  const owner = new pg.Client({ connectionString: postgres.url('outages') })
  await owner.connect()
  await owner.query(`create role ${ROLE} login password 'tenant'`)
  await owner.query(`alter database outages owner to ${ROLE}`)
  await owner.end()
  return Object.assign(new URL(postgres.url('outages')), { username: ROLE, password: 'tenant' }).href
}

async function startJobs(count: number): Promise<string[]> {
  const jobs: string[] = []
  for (let n = 0; n < count; n += 1) {
    const job = {
      vision: `a counter [[demo:slow=${soak.slowMs}]]`,
      mode: n % 5 === 2 ? 'team' : 'solo',
    } as const
    const idempotencyKey = randomUUID()
    // Where there is no connection to spare it may be refused, and asked again.
    const created = await until('an accepted job', 30_000, () =>
      server.client.createJob(job, { idempotencyKey }),
    )
    jobs.push(created.job_id)
  }
  return jobs
}

async function agentsAtWork(): Promise<void> {
  await until('agents at work', 30_000, async () =>
    (await server.client.stats()).slots.busy >= 2 ? true : null,
  )
}

/**
 * Expects all jobs to be completed and proven, by default at the first attempt of each task, without missing or duplicate
 * events.
 */
async function allDone(jobs: readonly string[], mayBeLost: boolean): Promise<void> {
  for (const id of jobs) {
    const job = await until(`the end of job ${id}`, PATIENCE_MS, async () => {
      const now = await server.client.getJob(id)
      return now.completed_at === null ? null : now
    })
    expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
      status: 'completed',
      proof: 'proven',
      error: null,
    })
    const attempts = await server.client.attempts(id)
    const ends = new Set(attempts.map((attempt) => attempt.status))
    expect([...ends].filter((end) => end !== 'succeeded' && !(mayBeLost && end === 'lost'))).toEqual([])
    const events = await allEvents(server, id)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    expect(lostLines(server.dataDir, id, events)).toEqual([])
  }
}

async function readiness(): Promise<{ status: number; failing: string[] }> {
  const response = await fetch(`${server.url}/health/ready`)
  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean }> }
  const failing = Object.entries(checks).filter(([, check]) => !check.ok)
  return { status: response.status, failing: failing.map(([name]) => name) }
}

async function readyAgain(): Promise<void> {
  await until('readiness', 60_000, async () => ((await readiness()).status === 200 ? true : null))
}

/** Closes all connections of the server, and limits it to `limit` from now on; -1 for no limit. */
async function limitConnections(limit: number): Promise<void> {
  const owner = new pg.Client({ connectionString: postgres.url('outages') })
  await owner.connect()
  await owner.query(`alter role ${ROLE} connection limit ${limit}`)
  await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [ROLE])
  await owner.end()
}

function signalHelpers(name: string, signal: NodeJS.Signals): number {
  const helpers = childrenNaming(server.pid, name)
  for (const pid of helpers) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
  return helpers.length
}

it('survives restarts, kill -9 and outages of its database: no attempt fails, no line of an agent is lost', async () => {
  const jobs = await startJobs(soak.jobs)
  await agentsAtWork()
  for (let n = 0; n < soak.restarts; n += 1) {
    await postgres.halt()
    await postgres.resume()
    await letPass(soak.everyMs)
  }
  for (let n = 0; n < soak.crashes; n += 1) {
    await postgres.halt('crash')
    await postgres.resume()
    await letPass(soak.everyMs)
  }
  for (const awayMs of soak.awayMs) {
    await postgres.halt()
    const away = performance.now()
    await expect(server.client.createJob({ vision: 'a counter' })).rejects.toMatchObject({
      status: 503,
      code: 'database_unavailable',
    })
    expect((await readiness()).failing).toContain('database')
    await letPass(Math.max(0, awayMs - (performance.now() - away)))
    const open = fs.readdirSync(`/proc/${server.pid}/fd`).length
    expect(open).toBeLessThan(1000)
    await postgres.resume()
    await readyAgain()
    await letPass(soak.everyMs)
  }
  await allDone(jobs, false)
})

it('reports that the database has no connection left, and continues when it has one', async () => {
  const jobs = await startJobs(soak.jobs)
  await agentsAtWork()
  try {
    await limitConnections(0)
    const refusals = await Promise.allSettled(Array.from({ length: 30 }, () => server.client.listJobs()))
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { status: 503 } })
    // Except those whose connection was closed.
    expect(refusals).toContainEqual(
      expect.objectContaining({
        reason: expect.objectContaining({
          code: 'database_full',
          message: expect.stringContaining('max_connections'),
        }),
      }),
    )
    expect((await readiness()).failing).toContain('database')
    // Too few for the whole pool: the rest waits for a free one.
    await limitConnections(4)
    await readyAgain()
    jobs.push(...(await startJobs(1)))
    await letPass(soak.everyMs)
  } finally {
    await limitConnections(-1)
  }
  await readyAgain()
  await allDone(jobs, false)
})

it('replaces helpers that are stopped for good or killed repeatedly, and no job is lost', async () => {
  const jobs = await startJobs(soak.jobs)
  await agentsAtWork()
  const names = ['spawn-helper.mjs', 'git-helper.mjs']
  for (const name of names) expect(signalHelpers(name, 'SIGSTOP')).toBe(1)
  await until('others in their places', 30_000, async () => {
    // A missing helper is noticed only when it is used.
    await readiness()
    return names.flatMap((name) => childrenNaming(server.pid, name)).filter((pid) => !isStopped(pid))
      .length === names.length
      ? true
      : null
  })
  const over = performance.now() + soak.killMs
  let killed = 0
  const named = new Set<string>()
  const watching = new AbortController()
  const watch = (async () => {
    while (!watching.signal.aborted) for (const name of (await readiness()).failing) named.add(name)
  })()
  // Until readiness has reported both, however busy the machine is.
  while (performance.now() < over || !(named.has('sandbox') && named.has('git'))) {
    for (const name of names) killed += signalHelpers(name, 'SIGKILL')
    await letPass(60)
    if (performance.now() > over + 30_000) break
  }
  watching.abort()
  await watch
  expect([...named]).toEqual(expect.arrayContaining(['sandbox', 'git']))
  expect(killed).toBeGreaterThan(names.length)
  await allDone(jobs, true)
  await readyAgain()
})

function isStopped(pid: number): boolean {
  return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ')
}

it('answers in time while another client has locked the queue, and reports it', async () => {
  const client = new pg.Client({ connectionString: postgres.url('outages') })
  await client.connect()
  try {
    await client.query('begin; lock table work in access exclusive mode')
    for (let look = 0; look < 3; look += 1) {
      const asked = performance.now()
      expect((await readiness()).failing).toContain('queue')
      expect(performance.now() - asked).toBeLessThan(8000)
    }
    await client.query('rollback')
  } finally {
    await client.end()
  }
  await readyAgain()
})

it.runIf(long)('gives up on a database that does not answer, and continues when it does', async () => {
  const jobs = await startJobs(2)
  await agentsAtWork()
  const thaw = postgres.freeze()
  try {
    await until('a refusal, not a wait', 60_000, () =>
      server.client.getJob(jobs[0] ?? '').then(
        () => null,
        (error: unknown) => error,
      ),
    )
    expect((await readiness()).failing).toContain('database')
  } finally {
    thaw()
  }
  await readyAgain()
  await allDone(jobs, false)
})

it('is still the same process, without leftovers', () => {
  expect(fs.readFileSync(`/proc/${server.pid}/stat`, 'utf8')).toBeTruthy()
  expect(fs.readdirSync(path.join(server.dataDir, 'trash'))).toEqual([])
})
