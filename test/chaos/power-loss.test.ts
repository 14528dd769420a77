import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir, startTestServer } from '../helpers/server.ts'
import { letPass } from '../helpers/until.ts'

const RUNS = 20
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

it('a power loss at 20 random moments loses no acknowledged job', async () => {
  const { random, seed } = seededRandom()
  let acknowledged = 0
  let dropped = 0
  for (let run = 0; run < RUNS; run += 1) {
    const dataDir = makeDataDir()
    const shadow = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-shadow-'))
    const server = await startTestServer({
      dataDir,
      nodeArgs: ['--import', preload],
      env: { SLIPWAY_TEST_SHADOW: shadow, SLIPWAY_WORKERS: '0', SLIPWAY_POOL: '0' },
    })
    const kept: string[] = []
    const creating = (async () => {
      for (let n = 0; n < 200; n += 1)
        kept.push((await server.client.createJob({ vision: `job ${n}` })).job_id)
    })()
    creating.catch(() => undefined)
    await letPass(100 + random() * 400)
    await server.crash()
    await creating.catch(() => undefined)
    dropped += losePower(path.join(dataDir, 'pg'), shadow)

    const again = await startTestServer({ dataDir, env: { SLIPWAY_WORKERS: '0', SLIPWAY_POOL: '0' } })
    for (const id of kept)
      expect((await again.client.getJob(id)).status, `run ${run}, seed ${seed}`).toBe('queued')
    await again.stop()
    acknowledged += kept.length
    fs.rmSync(shadow, { recursive: true })
    fs.rmSync(dataDir, { recursive: true })
  }
  expect(acknowledged, 'jobs acknowledged in all runs').toBeGreaterThan(RUNS)
  expect(dropped, 'files that held unforced data').toBeGreaterThan(0)
})
