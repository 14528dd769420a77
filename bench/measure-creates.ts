import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { makeDir } from '../test/helpers/made-dirs.ts'
import { startTestServer, type TestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { load, openDoor, type Answer, type Door } from './door.ts'
import { startFloor } from './floor.ts'
import { openLagProbe } from './loop-lag.ts'
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
/** The slots of a server unless it is told otherwise. */
const SLOTS = 4

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
  await whileWorking(report)
}

interface Counted {
  readonly server: TestServer
  /** Forced writes of the server's process so far, counted at the calls. */
  fsyncs(): number
}

/** Starts a server whose forced writes are counted, with no worker, so that what is measured is the creation alone. */
async function countedServer(): Promise<Counted> {
  const scratch = makeDir('slipway-fsyncs-')
  const library = path.join(scratch, 'count-fsyncs.so')
  const source = path.join(import.meta.dirname, 'programs', 'count-fsyncs.c')
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
  const file = path.join(scratch, 'count')
  const server = await startTestServer({
    env: { SLIPWAY_WORKERS: '0', LD_PRELOAD: library, SLIPWAY_BENCH_FSYNCS: file },
  })
  return {
    server,
    fsyncs: () => Number(fs.readFileSync(`${file}.${server.pid}`).readBigUInt64LE()),
  }
}

/** The same creates on a server whose worker claims: its slots are taken, so that nothing else needs the processors. */
async function whileWorking(report: Report): Promise<void> {
  const lag = openLagProbe()
  const server = await startTestServer(lag.options)
  for (let slot = 0; slot < SLOTS; slot += 1)
    await server.client.createJob({ vision: 'a list [[demo:hang]]', mode: 'solo' })
  await until('every slot to be taken', 60_000, async () =>
    (await server.client.stats()).slots.busy === SLOTS ? true : null,
  )
  const ours = openDoor({ ...server, sockets: TOGETHER })
  await load({ clients: 1, count: WARM_UP, expect: 201 }, () => ours.post('/api/jobs', JOB))
  const one = await load({ clients: 1, count: ALONE, expect: 201 }, () => ours.post('/api/jobs', JOB))
  report.add({
    name: 'POST /api/jobs, one after the other, worker loop on, p50 and p99',
    measured: `${ms(quantile(one.times, 0.5))} and ${ms(quantile(one.times, 0.99))}, ${one.errors} errors`,
    aim: '1.5 and 8 ms',
  })
  const asked = { clients: TOGETHER, count: EACH_ROUND, expect: 201 }
  await lag.take(server.pid)
  const many = await load(asked, () => ours.post('/api/jobs', JOB))
  const stops = await lag.take(server.pid)
  report.add({
    name: `POST /api/jobs, ${TOGETHER} clients, worker loop on`,
    measured: `${Math.round(many.perSecond)} a second, ${many.errors} errors`,
    aim: '600 a second, no error',
  })
  report.add({
    name: '... stops of the event loop of the server meanwhile, p50, p99 and longest',
    measured: stops,
    aim: 'p99 20 ms',
  })
  ours.close()
  await server.stop()
}

async function alone(report: Report, counted: Counted, ours: Door, reference: Door): Promise<void> {
  for (let n = 0; n < WARM_UP; n += 1) {
    await ours.post('/api/jobs', JOB)
    await reference.post('/jobs', JOB)
  }
  const before = counted.fsyncs()
  const measured = await load({ clients: 1, count: ALONE, expect: 201 }, () => ours.post('/api/jobs', JOB))
  const syncs = (counted.fsyncs() - before) / ALONE
  const floor = await load({ clients: 1, count: ALONE, expect: 201 }, () => reference.post('/jobs', JOB))
  const p50 = quantile(measured.times, 0.5)
  const floor50 = quantile(floor.times, 0.5)
  report.add({
    name: 'POST /api/jobs, one after the other, p50',
    measured: `${ms(p50)}, ${measured.errors} errors, ${syncs.toFixed(2)} fsyncs per create`,
    floor: `${ms(floor50)}, 1 fsync`,
    ratio: p50 / floor50,
    aim: '1.5 ms, no error',
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
    const before = counted.fsyncs()
    const measured = await load(asked, () => ours.post('/api/jobs', JOB))
    syncs += counted.fsyncs() - before
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
    aim: '2,500, no error',
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
