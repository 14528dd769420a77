import fs from 'node:fs'
import path from 'node:path'
import { startTestServer, type TestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { load, openDoor, type Answer, type Door } from './door.ts'
import { startFloor } from './floor.ts'
import { treePss } from './memory.ts'
import { quantile } from './quantile.ts'
import { ms, type Report } from './report.ts'

const JOB = { vision: 'a benchmark job', mode: 'solo' }
const WARM_UP = 30
const ALONE = 300
const ROUNDS = 3
const TOGETHER = 16
/** So many creates that, with the others, 1,000 jobs are there when the first page is read. */
const EACH_ROUND = Math.floor((1000 - WARM_UP - ALONE) / ROUNDS)
const PAGES = 200

/** Accepting jobs, alone and together; then a page of 50 at 1,000 and at 10,000 jobs. */
export async function measureCreates(report: Report): Promise<void> {
  const counted = await countedServer()
  const { server } = counted
  const floor = await startFloor()
  const ours = openDoor({ ...server, sockets: TOGETHER })
  const reference = openDoor({ url: floor.url, sockets: TOGETHER })
  await alone(report, counted, ours, reference)
  await together(report, counted, ours, reference)
  const few = await pages(ours, reference)
  await load({ clients: 32, count: 1000 - (await total(ours)), expect: 201 }, () =>
    ours.post('/api/jobs', JOB),
  )
  const fill = await load({ clients: 32, count: 9000, expect: 201 }, () => ours.post('/api/jobs', JOB))
  await load({ clients: 32, count: 9000, expect: 201 }, () => reference.post('/jobs', JOB))
  const many = await pages(ours, reference)
  report.time('a page of 50 jobs at 1,000, p50', few.ours, '< 3 ms', few.floor)
  report.time('a page of 50 jobs at 10,000, p50', many.ours, '< 3 ms', many.floor)
  report.add({
    name: 'the page at 10,000 in pages at 1,000',
    measured: `${(many.ours / few.ours).toFixed(2)}`,
    aim: '1',
  })
  report.add({
    name: 'POST /api/jobs, 32 clients, the next 9,000',
    measured: `${Math.round(fill.perSecond)} a second, ${fill.errors} errors`,
    aim: 'reported',
  })
  report.add({
    name: 'memory of the process tree after 10,000 jobs (PSS)',
    measured: `${Math.round(treePss(server.pid))} MB`,
    aim: 'reported',
  })
  for (const door of [ours, reference]) door.close()
  await floor.stop()
  await server.stop()
}

interface Counted {
  readonly server: TestServer
  /** Forced writes of the server's process so far, counted at the calls. */
  fsyncs(): Promise<number>
}

async function countedServer(): Promise<Counted> {
  const counter = path.join(import.meta.dirname, 'programs', 'count-fsyncs.mjs')
  const probe = await startTestServer({ env: { SLIPWAY_WORKERS: '0' } })
  await probe.stop()
  const file = path.join(probe.dataDir, 'fsyncs')
  const server = await startTestServer({
    dataDir: probe.dataDir,
    nodeArgs: ['--import', counter],
    env: { SLIPWAY_WORKERS: '0', SLIPWAY_BENCH_FSYNCS: file },
  })
  return {
    server,
    async fsyncs() {
      fs.rmSync(file, { force: true })
      process.kill(server.pid, 'SIGUSR2')
      return Number(
        await until('the count of fsyncs', 5000, () =>
          Promise.resolve(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null),
        ),
      )
    },
  }
}

async function alone(report: Report, counted: Counted, ours: Door, reference: Door): Promise<void> {
  for (let n = 0; n < WARM_UP; n += 1) {
    await ours.post('/api/jobs', JOB)
    await reference.post('/jobs', JOB)
  }
  const before = await counted.fsyncs()
  const measured = await load({ clients: 1, count: ALONE, expect: 201 }, () => ours.post('/api/jobs', JOB))
  const syncs = ((await counted.fsyncs()) - before) / ALONE
  const floor = await load({ clients: 1, count: ALONE, expect: 201 }, () => reference.post('/jobs', JOB))
  const p50 = quantile(measured.times, 0.5)
  const floor50 = quantile(floor.times, 0.5)
  report.add({
    name: 'POST /api/jobs, one after the other, p50',
    measured: `${ms(p50)}, ${measured.errors} errors, ${syncs.toFixed(2)} fsyncs per create`,
    floor: `${ms(floor50)}, 1 fsync`,
    ratio: p50 / floor50,
    aim: '< 6 ms, no error',
  })
  report.time(
    'POST /api/jobs, one after the other, p99',
    quantile(measured.times, 0.99),
    'reported',
    quantile(floor.times, 0.99),
  )
}

/** Rounds in turn, so that a slow moment of the machine meets both. The median round counts. */
async function together(report: Report, counted: Counted, ours: Door, reference: Door): Promise<void> {
  const asked = { clients: TOGETHER, count: EACH_ROUND, expect: 201 }
  const speeds: number[] = []
  const floors: number[] = []
  const times: number[] = []
  let errors = 0
  let syncs = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push((await load(asked, () => reference.post('/jobs', JOB))).perSecond)
    const before = await counted.fsyncs()
    const measured = await load(asked, () => ours.post('/api/jobs', JOB))
    syncs += (await counted.fsyncs()) - before
    speeds.push(measured.perSecond)
    times.push(...measured.times)
    errors += measured.errors
  }
  const speed = quantile(speeds, 0.5)
  const floor = quantile(floors, 0.5)
  report.add({
    name: `POST /api/jobs, ${TOGETHER} clients, median of ${ROUNDS}`,
    measured: `${Math.round(speed)} a second, ${errors} errors, ${(syncs / (ROUNDS * EACH_ROUND)).toFixed(2)} fsyncs per create`,
    floor: `${Math.round(floor)} a second`,
    ratio: speed / floor,
    aim: '> 1,000, no error',
  })
  report.add({
    name: `POST /api/jobs, ${TOGETHER} clients, p50 and p99`,
    measured: `${ms(quantile(times, 0.5))} and ${ms(quantile(times, 0.99))}`,
    aim: 'reported',
  })
}

async function pages(ours: Door, reference: Door): Promise<{ ours: number; floor: number }> {
  const times = async (call: () => Promise<Answer>): Promise<number> => {
    const { times: all, errors } = await load({ clients: 1, count: PAGES, expect: 200 }, call)
    if (errors > 0) throw new Error(`${errors} pages could not be read`)
    return quantile(all, 0.5)
  }
  return {
    ours: await times(() => ours.get('/api/jobs?page=1&page_size=50')),
    floor: await times(() => reference.get('/jobs')),
  }
}

async function total(door: Door): Promise<number> {
  const { body } = await door.get('/api/jobs?page=1&page_size=1')
  return (JSON.parse(body) as { total: number }).total
}
