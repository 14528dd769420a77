// Loaded before a server (`--import`): writes the longest stops of its event loop to a file each second, in ms.
import fs from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const file = process.env.SLIPWAY_BENCH_LAG
const histogram = monitorEventLoopDelay({ resolution: 1 })
histogram.enable()
setInterval(() => {
  const ms = (nanoseconds) => nanoseconds / 1e6
  fs.writeFileSync(
    file,
    JSON.stringify({
      p50: ms(histogram.percentile(50)),
      p99: ms(histogram.percentile(99)),
      max: ms(histogram.max),
    }),
  )
}, 1000).unref()
