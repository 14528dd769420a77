import { letPass, until } from '../test/helpers/until.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../test/helpers/server.ts'
import { startFloor } from './floor.ts'
import { peakMemory, treePss, watchPeak, type PeakWatch } from './memory.ts'
import { median } from './quantile.ts'
import type { Report } from './report.ts'

const ROUNDS = 7
const SETTLE_MS = 4000
const READY_MS = 10_000
/** Between two looks at whether a server is ready. */
const LOOK_MS = 5

/** The second start of a data directory up to its first 200, and what the process tree holds when nothing happens. */
export async function measureStart(report: Report): Promise<void> {
  const first = await startTestServer()
  await first.stop()
  const again = { dataDir: first.dataDir }
  const alive: number[] = []
  const ready: number[] = []
  const floors: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await startFloorOnce())
    const ours = await startOnce(again)
    alive.push(ours.aliveMs)
    ready.push(ours.readyMs)
  }
  report.time(`second start to the first 200, median of ${ROUNDS}`, median(alive), '150 ms', median(floors))
  report.time('... until it is ready', median(ready), 'reported', median(floors))
  await memory(report, again)
}

/** Milliseconds from the start of the process to its first answer, and until it is ready; it is stopped again. */
async function startOnce(again: TestServerOptions): Promise<{ aliveMs: number; readyMs: number }> {
  const begun = performance.now()
  const server = await startTestServer(again)
  await fetch(`${server.url}/health/live`)
  const aliveMs = performance.now() - begun
  await readiness(server)
  const readyMs = performance.now() - begun
  await server.stop()
  return { aliveMs, readyMs }
}

async function startFloorOnce(): Promise<number> {
  const begun = performance.now()
  const floor = await startFloor()
  await fetch(floor.url)
  const time = performance.now() - begun
  await floor.stop()
  return time
}

async function readiness({ url }: TestServer): Promise<void> {
  await until(
    'readiness',
    READY_MS,
    async () => ((await fetch(`${url}/health/ready`)).ok ? true : null),
    LOOK_MS,
  )
}

async function memory(report: Report, again: TestServerOptions): Promise<void> {
  let watch: PeakWatch | null = null
  const server = await startTestServer({ ...again, onSpawn: (pid) => (watch = watchPeak(pid)) })
  await readiness(server)
  await letPass(SETTLE_MS)
  const mb = (value: number): string => `${Math.round(value)} MB`
  const add = (name: string, value: number, aim: string): void =>
    report.add({ name, measured: mb(value), aim })
  add('idle memory of the whole process tree (PSS)', treePss(server.pid), '110 MB')
  add('peak memory of the server process at its start', peakMemory(server.pid), '160 MB')
  add('peak memory of the whole process tree at its start (PSS)', peakOf(watch), 'reported')
  await server.stop()
}

function peakOf(watch: PeakWatch | null): number {
  if (watch === null) throw new Error('the server had no pid')
  return watch.stop()
}
