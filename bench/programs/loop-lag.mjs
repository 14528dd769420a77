// Loaded before a server (`--import`): at SIGUSR2 it writes the stops of the event loop since the last one to a file, in ms.
// A stop is how much later than after its 1 ms a timer was called.
import fs from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 1
const file = process.env.SLIPWAY_BENCH_LAG
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
histogram.enable()
process.on('SIGUSR2', () => {
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  const [p50, p99] = [50, 99].map((percent) => ms(histogram.percentile(percent)))
  fs.writeFileSync(`${file}.new`, JSON.stringify({ p50, p99, max: ms(histogram.max) }))
  fs.renameSync(`${file}.new`, file)
  histogram.reset()
})
