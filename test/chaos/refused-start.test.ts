import fs from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { childrenNaming } from '../helpers/processes.ts'
import { startPostgres, type PrivatePostgres } from '../helpers/postgres.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** A refused start explains why, and ends; a running server is not affected. */
let postgres: PrivatePostgres
let databases = 0
const running: TestServer[] = []

beforeAll(async () => {
  postgres = await startPostgres()
})
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
})
afterAll(() => postgres?.stop())

function newDatabase(): Promise<string> {
  databases += 1
  return postgres.createDatabase(`refused_${databases}`)
}

async function start(options: { dataDir?: string; url?: string | undefined } = {}): Promise<TestServer> {
  const { dataDir = makeDataDir(), url } = options
  const server = await startTestServer({ dataDir, env: url === undefined ? {} : { DATABASE_URL: url } })
  running.push(server)
  return server
}

interface Refusal {
  readonly exitCode: number | undefined
  readonly stderr: string
}

/** A start that is expected to be refused. A server that keeps running is ended, and has no exit code. */
async function refusal(dataDir: string, url?: string, port = '0'): Promise<Refusal> {
  const words = [slipwayProgram, 'start', '--no-build', '--no-open', '--port', port, '--data-dir', dataDir]
  const { exitCode, stderr } = await execa(process.execPath, words, {
    env: url === undefined ? {} : { DATABASE_URL: url },
    stdin: 'ignore',
    reject: false,
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  return { exitCode, stderr }
}

async function ask(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

it('ends with an explanation when the database is unavailable', async () => {
  expect(await refusal(makeDataDir(), 'postgresql://nobody@127.0.0.1:1/none')).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(/^error: The database of DATABASE_URL cannot be reached \(.*ECONNREFUSED/),
  })
})

it('ends with an explanation when the database admits no one', async () => {
  const url = Object.assign(new URL(await newDatabase()), { password: 'wrong' }).href
  expect(await refusal(makeDataDir(), url)).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('cannot be reached (password authentication failed'),
  })
})

it('ends with an explanation when the database can never provide enough connections', async () => {
  const url = await newDatabase()
  await ask(url, `create role few login password 'few' connection limit 5`)
  const few = Object.assign(new URL(url), { username: 'few', password: 'few' }).href
  expect(await refusal(makeDataDir(), few)).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('needs 13 connections to its database, and this one gives 5'),
  })
})

it('ends with an explanation when the schema is too new, and when the port is taken', async () => {
  const url = await newDatabase()
  const server = await start({ url })
  const { port } = new URL(server.url)
  const untouched = makeDataDir()
  expect(await refusal(untouched, undefined, port)).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining(`Port ${port} is in use`),
  })
  // Nothing was started that would have to be undone.
  expect(fs.readdirSync(untouched)).toEqual([])
  await server.stop()
  await ask(url, `insert into migrations (number, name, checksum) values (9999, 'later', 'x')`)
  expect(await refusal(server.dataDir, url)).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('The database has schema 9999'),
  })
})

it.each(['the embedded database', 'PostgreSQL'])(
  'of several servers that start together on one data directory, with %s, one runs',
  async (engine) => {
    const dataDir = makeDataDir()
    const url = engine === 'PostgreSQL' ? await newDatabase() : undefined
    const tried = await Promise.allSettled(Array.from({ length: 4 }, () => start({ dataDir, url })))
    const refused = tried.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
    expect(refused).toHaveLength(3)
    for (const reason of refused)
      expect(reason).toMatch(/in use by process|already running on|another server is starting on it/)
    const [winner] = running
    expect((await winner?.client.health())?.status).toBe('ok')
  },
)

it('a second server on one database is refused, whether the first one runs or not', async () => {
  const url = await newDatabase()
  const first = await start({ url })
  const { job_id } = await first.client.createJob({ vision: 'a counter [[demo:slow=1500]]', mode: 'solo' })
  const other = makeDataDir()
  expect(await refusal(other, url)).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining('Another server of Slipway works on this database'),
  })
  await first.stop()
  expect(await refusal(other, url)).toEqual({
    exitCode: 1,
    stderr: expect.stringContaining(`belongs to another data directory, ${first.dataDir}`),
  })
  // A data directory that was moved is the same one.
  const moved = `${first.dataDir}-moved`
  fs.renameSync(first.dataDir, moved)
  const again = await start({ dataDir: moved, url })
  expect(await endOf(again, job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
  await again.stop()
  fs.renameSync(moved, first.dataDir)
})

it('a job whose repository is missing fails at once with that reason, and gets no empty one', async () => {
  const server = await start()
  const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:slow=60000]]', mode: 'solo' })
  const repository = path.join(server.dataDir, 'jobs', job_id, 'repo.git')
  await until('an attempt in its repository', 30_000, async () =>
    (await server.client.attempts(job_id)).some((attempt) => attempt.status === 'running') &&
    fs.existsSync(repository)
      ? true
      : null,
  )
  await until('its agent at work', 30_000, async () =>
    (await server.client.events(job_id, 0)).some((event) => event.type === 'session.message') ? true : null,
  )
  await server.crash()
  fs.renameSync(repository, `${repository}.kept`)
  const again = await start({ dataDir: server.dataDir })
  const failed = await endOf(again, job_id)
  expect(failed.status).toBe('failed')
  const [task] = await again.client.tasks(job_id)
  expect(task?.error).toContain('is missing from the data directory')
  expect(fs.existsSync(repository)).toBe(false)
  const failures = (await again.client.attempts(job_id)).filter((attempt) => attempt.status === 'failed')
  expect(failures).toHaveLength(1)
})

it('a stop ends in bounded time while helpers hang and the database is unavailable', async () => {
  const own = await startPostgres()
  try {
    const server = await start({ url: await own.createDatabase('stopped') })
    const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:hang]]', mode: 'solo' })
    await until('its agent at work', 30_000, async () =>
      (await server.client.events(job_id, 0)).some((event) => event.type.startsWith('session.'))
        ? true
        : null,
    )
    const helpers = ['spawn-helper.mjs', 'git-helper.mjs'].flatMap((name) => childrenNaming(server.pid, name))
    expect(helpers).toHaveLength(2)
    for (const pid of helpers) process.kill(pid, 'SIGSTOP')
    await own.halt()
    const asked = performance.now()
    await server.stop()
    expect(performance.now() - asked).toBeLessThan(60_000)
    for (const pid of helpers) expect(fs.existsSync(`/proc/${pid}`)).toBe(false)
  } finally {
    await own.stop()
  }
})
