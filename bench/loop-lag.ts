import fs from 'node:fs'
import path from 'node:path'
import { makeDir } from '../test/helpers/made-dirs.ts'
import { until } from '../test/helpers/until.ts'
import { ms } from './report.ts'

const PROBE = path.join(import.meta.dirname, 'programs', 'loop-lag.mjs')
const WAIT_MS = 30_000

/** Measures the stops of the event loop of a test server. */
export interface LagProbe {
  /** What the server is started with. */
  readonly options: { readonly nodeArgs: readonly string[]; readonly env: Readonly<Record<string, string>> }
  /** Returns the stops since the last call: p50, p99 and the longest. */
  take(pid: number): Promise<string>
}

export function openLagProbe(): LagProbe {
  const file = path.join(makeDir('slipway-lag-'), 'lag.json')
  return {
    options: { nodeArgs: ['--import', PROBE], env: { SLIPWAY_BENCH_LAG: file } },
    async take(pid) {
      fs.rmSync(file, { force: true })
      process.kill(pid, 'SIGUSR2')
      await until('the stops of the event loop', WAIT_MS, () => Promise.resolve(fs.existsSync(file) || null))
      const stops = JSON.parse(fs.readFileSync(file, 'utf8')) as { p50: number; p99: number; max: number }
      return `${ms(stops.p50)}, ${ms(stops.p99)}, ${ms(stops.max)}`
    },
  }
}
