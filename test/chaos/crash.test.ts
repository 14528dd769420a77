import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeDir } from '../helpers/made-dirs.ts'
import { processesNaming } from '../helpers/processes.ts'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass, until } from '../helpers/until.ts'

/** How often the server is killed while one job runs, and the longest time between start and kill. */
const KILLS = 20
/** How many jobs are treated so; the long form is part of `make test-soak`. */
const rounds = Array.from({ length: process.env.SLIPWAY_SOAK === 'long' ? 10 : 1 }, (_, index) => index + 1)
const LONGEST_MS = 1500

/** Workspaces of attempts and checkouts of checks. Their content is in the repository, so none may remain. */
function leftBehind(dataDir: string, jobId: string): string[] {
  const jobDir = path.join(dataDir, 'jobs', jobId)
  const below = (dir: string): string[] => (fs.existsSync(dir) ? fs.readdirSync(dir) : [])
  const workspaces = below(path.join(jobDir, 'attempts')).flatMap((attempt) =>
    below(path.join(jobDir, 'attempts', attempt)).filter((name) => name.startsWith('ws')),
  )
  return [...workspaces, ...below(path.join(jobDir, 'checks')), ...below(path.join(dataDir, 'trash'))]
}

it.each(rounds)(
  'kill -9 at 20 random moments loses no event, does no task twice and leaves no process (job %i)',
  async () => {
    const { random, seed } = seededRandom()
    const dataDir = makeDataDir()
    const temporary = makeDir('slipway-tmp-')
    const start = (): Promise<TestServer> => startTestServer({ dataDir, env: { TMPDIR: temporary } })
    let server = await start()
    const { job_id } = await server.client.createJob({
      vision: 'a calculator for the command line [[demo:slow=600]]',
    })
    const before = new Map<number, string>()

    for (let kill = 0; kill < KILLS; kill += 1) {
      await letPass(random() * LONGEST_MS)
      const events = await server.client.events(job_id, 0)
      for (const event of events) {
        const known = before.get(event.seq)
        expect(JSON.stringify(event), `seed ${seed}`).toBe(known ?? JSON.stringify(event))
        before.set(event.seq, JSON.stringify(event))
      }
      await server.crash()
      await until(`no survivor (seed ${seed})`, 5000, async () =>
        processesNaming(job_id).length === 0 ? true : null,
      )
      server = await start()
    }

    const job = await until(`the end of the job (seed ${seed})`, 120_000, async () => {
      const current = await server.client.getJob(job_id)
      return current.completed_at === null ? null : current
    })
    expect({ status: job.status, proof: job.proof, error: job.error }, `seed ${seed}`).toEqual({
      status: 'completed',
      proof: 'proven',
      error: null,
    })

    const after = new Map<number, string>()
    for (let cursor = 0; ;) {
      const events = await server.client.events(job_id, cursor)
      if (events.length === 0) break
      for (const event of events) after.set(event.seq, JSON.stringify(event))
      cursor = events.at(-1)?.seq ?? cursor
    }
    for (const [seq, event] of before) expect(after.get(seq), `event ${seq}, seed ${seed}`).toBe(event)
    expect([...after.keys()]).toEqual(Array.from({ length: after.size }, (_, index) => index + 1))

    const log = execFileSync('git', [
      '-C',
      job.workspace_path ?? '',
      'log',
      '--format=%(trailers:key=Slipway-Task,valueonly)',
    ])
      .toString()
      .split('\n')
      .filter((line) => line !== '')
    expect(new Set(log).size, `seed ${seed}`).toBe(log.length)
    await until(`no workspace left behind (seed ${seed})`, 10_000, async () =>
      leftBehind(dataDir, job_id).length === 0 ? true : null,
    )
    await server.stop()
    expect(processesNaming(dataDir)).toEqual([])
    expect(fs.readdirSync(temporary)).toEqual([])
  },
)
