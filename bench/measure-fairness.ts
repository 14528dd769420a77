import { startTestServer } from '../test/helpers/server.ts'
import { until } from '../test/helpers/until.ts'
import { openLagProbe } from './loop-lag.ts'
import { quantile } from './quantile.ts'
import type { Report } from './report.ts'

const JOBS = 200
const SLOTS = 8
const WAIT_MS = 1_200_000

/** 200 jobs at once on eight slots: when the first, the median and the last are done, and whether older ones end earlier. */
export async function measureFairness(report: Report): Promise<void> {
  const lag = openLagProbe()
  const server = await startTestServer({ args: ['--workers', String(SLOTS)], ...lag.options })
  await lag.take(server.pid)
  const begun = Date.now()
  const ids: string[] = []
  for (let job = 0; job < JOBS; job += 1)
    ids.push((await server.client.createJob({ vision: 'a counter', mode: 'solo' })).job_id)
  await until('the last of the jobs', WAIT_MS, async () => {
    const { jobs } = await server.client.stats()
    return (jobs['completed'] ?? 0) + (jobs['failed'] ?? 0) === JOBS ? true : null
  })
  const stops = await lag.take(server.pid)
  const views = await Promise.all(ids.map((id) => server.client.getJob(id)))
  const ends = views.map((job) => Date.parse(job.completed_at ?? '') - begun)
  const seconds = (q: number): string => `${(quantile(ends, q) / 1000).toFixed(1)} s`
  const unproven = views.filter((job) => job.proof !== 'proven').length
  report.add({
    name: `${JOBS} solo jobs at once on ${SLOTS} slots: the first, the median and the last done`,
    measured: `${seconds(0)}, ${seconds(0.5)}, ${seconds(1)}; ${unproven} not proven`,
    aim: 'the first after 5 s',
  })
  report.add({
    name: 'the furthest that a job ended from its place by age',
    measured: `${furthest(ends)} places`,
    aim: `${SLOTS}`,
  })
  report.add({
    name: 'stops of the event loop of the server meanwhile, p50, p99 and longest',
    measured: stops,
    aim: 'p99 20 ms',
  })
  await server.stop()
}

/** Returns how far the order of ends is from that of ages, in places, for the job that is furthest. */
function furthest(ends: readonly number[]): number {
  const order = ends.map((end, age) => ({ end, age })).toSorted((a, b) => a.end - b.end)
  return Math.max(...order.map(({ age }, place) => Math.abs(place - age)))
}
