import { letPass, until } from '../test/helpers/until.ts'
import { startTestServer } from '../test/helpers/server.ts'
import { startFloor } from './floor.ts'
import { peakMemory, treePss } from './memory.ts'
import { median } from './quantile.ts'
import type { Report } from './report.ts'

const ROUNDS = 7
const SETTLE_MS = 4000

/** The second start of a data directory up to its first 200, and what the process tree holds when nothing happens. */
export async function measureStart(report: Report): Promise<void> {
  const first = await startTestServer()
  await first.stop()
  const again = { dataDir: first.dataDir }
  const ours: number[] = []
  const floors: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await startOnce(startFloor, (floor) => floor.url))
    ours.push(
      await startOnce(
        () => startTestServer(again),
        (server) => `${server.url}/health/live`,
      ),
    )
  }
  report.time(`second start to the first 200, median of ${ROUNDS}`, median(ours), '150 ms', median(floors))
  const idle = await startTestServer(again)
  await until('readiness', 10_000, async () => ((await fetch(`${idle.url}/health/ready`)).ok ? true : null))
  await letPass(SETTLE_MS)
  report.add({
    name: 'idle memory of the whole process tree (PSS)',
    measured: `${Math.round(treePss(idle.pid))} MB`,
    aim: '110 MB',
  })
  report.add({
    name: 'peak memory of the server process at its start',
    measured: `${Math.round(peakMemory(idle.pid))} MB`,
    aim: '160 MB',
  })
  await idle.stop()
}

/** Milliseconds from the start of a process to its first answer; it is stopped again. */
async function startOnce<T extends { stop(): Promise<void> }>(
  start: () => Promise<T>,
  address: (started: T) => string,
): Promise<number> {
  const begun = performance.now()
  const started = await start()
  await fetch(address(started))
  const time = performance.now() - begun
  await started.stop()
  return time
}
