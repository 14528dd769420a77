import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir, startTestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

const RUNS = 20
/** How many are under way at once; each has a server, a data directory and a moment of its own. */
const AT_ONCE = 2
const root = path.join(import.meta.dirname, '..', '..')
const preload = path.join(root, 'test', 'helpers', 'power-loss.mjs')

/** Every file of the database as the disk has it: what was forced, and nothing of what was not. */
function losePower(database: string, shadow: string): number {
  let dropped = 0
  for (const entry of fs.readdirSync(database, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const copy = [file, file.replace(`${path.sep}pg${path.sep}`, `${path.sep}pg.new${path.sep}`)]
      .map((name) => path.join(shadow, Buffer.from(name).toString('base64url')))
      .find((name) => fs.existsSync(name))
    if (copy === undefined) {
      fs.truncateSync(file, 0)
      dropped += 1
      continue
    }
    if (!fs.readFileSync(copy).equals(fs.readFileSync(file))) dropped += 1
    fs.copyFileSync(copy, file)
  }
  return dropped
}

/** Cuts the power of a server while jobs are created: those it had acknowledged, and how many files held unforced data. */
async function cutPower(delayMs: number): Promise<{ dataDir: string; kept: string[]; dropped: number }> {
  const dataDir = makeDataDir()
  const shadow = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-shadow-'))
  const server = await startTestServer({
    dataDir,
    nodeArgs: ['--import', preload],
    env: { SLIPWAY_TEST_SHADOW: shadow, SLIPWAY_WORKERS: '0', SLIPWAY_POOL: '0' },
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
  const dropped = losePower(path.join(dataDir, 'pg'), shadow)
  fs.rmSync(shadow, { recursive: true })
  return { dataDir, kept, dropped }
}

it('a power loss at 20 random moments loses no acknowledged job', async () => {
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
