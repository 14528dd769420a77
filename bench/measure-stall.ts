import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { quantile } from './quantile.ts'
import { ms, type Report } from './report.ts'

const run = promisify(execFile)
const PROGRAM = path.join(import.meta.dirname, 'programs', 'stall-probe.ts')

/** How long a start of a process stops the event loop of a server with 500 MB of heap. */
export async function measureStall(report: Report): Promise<void> {
  const { stdout } = await run(process.execPath, [PROGRAM], { maxBuffer: 10_000_000 })
  const gaps = JSON.parse(stdout) as Record<'none' | 'direct' | 'launcher', number[]> & { heap: number }
  for (const [name, q] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    report.add({
      name: `longest stop of the event loop while a process starts, ${Math.round(gaps.heap / 1e6)} MB of heap, ${name}`,
      measured: `${ms(quantile(gaps.launcher, q))}; a direct spawn ${ms(quantile(gaps.direct, q))}`,
      floor: `${ms(quantile(gaps.none, q))} when nothing starts`,
      ratio: quantile(gaps.launcher, q) / quantile(gaps.direct, q),
      aim: '< 2 ms',
    })
  }
}
