import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { makeDir } from '../helpers/made-dirs.ts'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir, startTestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/** The long form is part of `make test-soak`. */
const RUNS = process.env.SLIPWAY_SOAK === 'long' ? 100 : 20
/** How many are under way at once; each has a server, a data directory and a moment of its own. */
const AT_ONCE = 2
const library = path.join(makeDir('slipway-power-'), 'power-loss.so')

beforeAll(() => {
  const source = path.join(import.meta.dirname, '..', 'helpers', 'power-loss.c')
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
})

/** Puts every file of the database into the state in which it was last forced to disk, and counts those that change. */
function losePower(dataDir: string, shadow: string): number {
  const files = fs.readdirSync(dataDir).filter((name) => name.startsWith('slipway.sqlite'))
  return files.filter((name) => {
    const file = path.join(dataDir, name)
    const copy = path.join(shadow, file.replaceAll('/', '!'))
    const before = fs.readFileSync(file)
    if (fs.existsSync(copy)) fs.copyFileSync(copy, file)
    else fs.truncateSync(file, 0)
    return !fs.readFileSync(file).equals(before)
  }).length
}

/** Cuts the power of a server while jobs are created: those it had acknowledged, and how many files held unforced data. */
async function cutPower(delayMs: number): Promise<{ dataDir: string; kept: string[]; dropped: number }> {
  const dataDir = makeDataDir()
  const shadow = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-shadow-'))
  const server = await startTestServer({
    dataDir,
    env: {
      LD_PRELOAD: library,
      SLIPWAY_TEST_SHADOW: shadow,
      SLIPWAY_WORKERS: '0',
      SLIPWAY_POOL: '0',
    },
  })
  const kept: string[] = []
  const creating = (async () => {
    for (let n = 0; n < 200; n += 1) kept.push((await server.client.createJob({ vision: `job ${n}` })).job_id)
  })()
  creating.catch(() => undefined)
  // However busy the machine is, there is something to lose.
  await until('the first job that is acknowledged', 20_000, async () => (kept.length > 0 ? true : null))
  await letPass(delayMs)
  await server.crash()
  await creating.catch(() => undefined)
  const dropped = losePower(dataDir, shadow)
  fs.rmSync(shadow, { recursive: true })
  return { dataDir, kept, dropped }
}

it(`a power loss at ${RUNS} random moments loses no acknowledged job`, async () => {
  const { random, seed } = seededRandom()
  const runs = Array.from({ length: RUNS }, (_, run) => ({ run, delayMs: random() * 400 }))
  let done = 0
  let acknowledged = 0
  let dropped = 0
  const oneAfterTheOther = async (): Promise<void> => {
    for (let next = runs.shift(); next !== undefined; next = runs.shift()) {
      const lost = await cutPower(next.delayMs)
      const { dataDir } = lost
      const again = await startTestServer({ dataDir, env: { SLIPWAY_WORKERS: '0', SLIPWAY_POOL: '0' } })
      for (const id of lost.kept)
        expect((await again.client.getJob(id)).status, `run ${next.run}, seed ${seed}`).toBe('queued')
      await again.stop()
      fs.rmSync(dataDir, { recursive: true })
      done += 1
      acknowledged += lost.kept.length
      dropped += lost.dropped
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther))
  expect(done).toBe(RUNS)
  expect(acknowledged, 'jobs acknowledged in all runs').toBeGreaterThan(RUNS)
  expect(dropped, 'files that held unforced data').toBeGreaterThan(0)
})
