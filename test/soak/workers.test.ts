import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loseWork } from '../../src/engine/job/lose-work.ts'
import { serverAct } from '../../src/engine/job-transactions.ts'
import { newId } from '../../src/lib/ids.ts'
import { openLog } from '../../src/lib/log.ts'
import type { Database } from '../../src/store/database/database.ts'
import { openDatabase } from '../../src/store/database/open-database.ts'
import { insertWork } from '../../src/store/work.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { startPostgres, type PrivatePostgres } from '../helpers/postgres.ts'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'
import { addJobWithWork } from '../helpers/work-in-store.ts'

/** Several workers on one PostgreSQL. Their work is simulated; claiming, renewing and reporting are real. */
const WORKERS = 4
const LAST_MS = 300_000
/** The longest time for which a worker is paused or disconnected: longer than its leases are valid. */
const LONGEST_AWAY_MS = 25_000
const PIECES = 6
const program = path.join(import.meta.dirname, '..', 'helpers', 'pretend-worker.ts')
let postgres: PrivatePostgres
let db: Database

beforeAll(async () => {
  postgres = await startPostgres({ maxConnections: 100 })
  const url = await postgres.createDatabase('workers')
  db = await openDatabase({ dataDir: makeDataDir(), url, log: openLog('silent') })
})
afterAll(async () => {
  await db.close()
  await postgres.stop()
})

/** A connection to the database that can be interrupted: data sent meanwhile arrive afterwards. */
async function openWay(): Promise<{ url: string; cut(ms: number): Promise<void>; close(): void }> {
  const target = new URL(postgres.url('workers'))
  const sockets = new Set<net.Socket>()
  const server = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => sockets.delete(from))
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the way has no address')
  const url = new URL(target)
  url.port = String(address.port)
  return {
    url: url.href,
    async cut(ms) {
      for (const socket of sockets) socket.pause()
      await letPass(ms)
      for (const socket of sockets) socket.resume()
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Acts like the rules of a server: lost work is started again, as new work of the same job. */
async function replaceLost(): Promise<number> {
  const lost = await db.reader
    .selectFrom('work')
    .select(['id', 'job_id'])
    .where('status', '=', 'running')
    .where('lease_until', 'is', null)
    .execute()
  for (const { id, job_id } of lost)
    await serverAct(db, job_id, async ({ trx, append }) => {
      const events = await loseWork(trx, id, 'its worker ended')
      if (events.length === 0) return
      await append(events)
      const again = { id: newId(), jobId: job_id, epoch: 1, kind: 'attempt' as const }
      await insertWork(trx, { ...again, taskId: null, attemptId: null })
    })
  return lost.length
}

it(`${WORKERS} workers that are killed, paused and cut off for five minutes lose nothing and do nothing twice`, async () => {
  const { random, seed } = seededRandom()
  const reports = makeDir('slipway-reports-')
  const ways = await Promise.all(Array.from({ length: WORKERS }, openWay))
  let started = 0
  const start = (index: number): ChildProcess => {
    started += 1
    const report = path.join(reports, String(started))
    return spawn(process.execPath, [program, ways[index]?.url ?? '', newId(), report], { stdio: 'ignore' })
  }
  const workers = ways.map((_, index) => start(index))
  const jobs: string[] = []
  const add = async (): Promise<void> => {
    const { jobId } = await addJobWithWork(
      db,
      Array.from({ length: PIECES }, () => 'attempt'),
    )
    jobs.push(jobId)
  }
  const happened = { killed: 0, paused: 0, cut: 0, lost: 0 }
  const away: Promise<void>[] = []
  const disturb = (index: number): void => {
    const ms = random() * LONGEST_AWAY_MS
    const worker = workers[index]
    const what = random()
    if (what < 0.4) {
      happened.killed += 1
      worker?.kill('SIGKILL')
      workers[index] = start(index)
    } else if (what < 0.7) {
      happened.paused += 1
      worker?.kill('SIGSTOP')
      away.push(letPass(ms).then(() => void worker?.kill('SIGCONT')))
    } else {
      happened.cut += 1
      away.push(ways[index]?.cut(ms) ?? Promise.resolve())
    }
  }
  const end = performance.now() + LAST_MS
  for (let round = 0; performance.now() < end; round += 1) {
    if (round % 2 === 0) await add()
    if (round % 4 === 3) disturb(Math.floor(random() * WORKERS))
    happened.lost += await replaceLost()
    await letPass(500)
  }
  await Promise.all(away)
  await until(`the end of all work (seed ${seed})`, 180_000, async () => {
    await replaceLost()
    const open = await db.reader
      .selectFrom('work')
      .select('id')
      .where('status', 'in', ['queued', 'running'])
      .execute()
    return open.length === 0 ? true : null
  })
  for (const worker of workers) worker.kill('SIGKILL')
  for (const way of ways) way.close()

  const rows = await db.reader.selectFrom('work').select(['id', 'job_id', 'status', 'lease']).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const lines = fs
    .readdirSync(reports)
    .flatMap((name) => fs.readFileSync(path.join(reports, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
  const accepted = lines.filter(([word]) => word === 'accepted')
  const wrong = accepted.filter(([, id = '', lease]) => {
    const row = byId.get(id)
    return row?.status !== 'done' || String(row.lease) !== lease
  })
  expect({ wrong, seed }).toEqual({ wrong: [], seed })
  expect(new Set(accepted.map(([, id]) => id)).size, `seed ${seed}`).toBe(accepted.length)
  const done = Map.groupBy(
    rows.filter(({ status }) => status === 'done'),
    ({ job_id }) => job_id,
  )
  expect(jobs.filter((id) => done.get(id)?.length !== PIECES)).toEqual([])
  const refused = lines.length - accepted.length
  expect(
    Object.values({ ...happened, refused }).every((times) => times > 0),
    JSON.stringify(happened),
  ).toBe(true)
})
