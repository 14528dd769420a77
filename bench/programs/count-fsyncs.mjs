// Loaded into a server before anything else, for the bench alone: counts the forced writes of that process where they
// happen, at the calls themselves, and writes the count to a file when it is asked with SIGUSR2.
import fs from 'node:fs'

let count = 0
for (const name of ['fsyncSync', 'fdatasyncSync']) {
  const force = fs[name]
  fs[name] = (handle) => {
    count += 1
    return force(handle)
  }
}
process.on('SIGUSR2', () => {
  const file = process.env.SLIPWAY_BENCH_FSYNCS
  fs.writeFileSync(`${file}.new`, String(count))
  fs.renameSync(`${file}.new`, file)
})
