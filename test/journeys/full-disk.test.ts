import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { runSlipway } from '../helpers/run-slipway.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** A server whose data directory is a disk of its own, small enough to be filled. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ diskMb: 200 })
})
afterAll(() => server.stop())

/** Writes a file until `leave` bytes are free, or nothing more fits; returns what frees the room again. */
function fillDisk(name: string, leave: number): () => void {
  const file = path.join(server.dataDir, name)
  const handle = fs.openSync(file, 'w')
  const zeros = Buffer.alloc(65_536)
  const free = (): number => {
    const { bavail, bsize } = fs.statfsSync(server.dataDir)
    return bavail * bsize
  }
  try {
    while (leave === 0 || free() > leave) fs.writeSync(handle, zeros)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    fs.closeSync(handle)
  }
  return () => fs.rmSync(file)
}

/** What `slipway gc --dry-run` prints. */
const storage = async (): Promise<string> =>
  (await runSlipway('gc', '--dry-run', '--url', server.url, '--data-dir', server.dataDir)).stdout

it('people are warned before the disk is full', async () => {
  const makeRoom = fillDisk('much', 100_000_000)
  expect(await storage()).toContain('The disk is nearly full: below 50 MB of free space, work waits.')
  makeRoom()
  expect(await storage()).not.toContain('The disk is')
})

it('a full disk refuses new jobs with an explanation, loses nothing, and work continues when there is space', async () => {
  const running = await server.client.createJob({ vision: 'a calculator [[demo:slow=300]]' })
  await until('the first attempt', 20_000, async () =>
    (await server.client.attempts(running.job_id)).length > 0 ? true : null,
  )
  // Below the minimum nothing new begins, and waiting jobs show why.
  const makeSomeRoom = fillDisk('most', 20_000_000)
  const waiting = await until('the wait that is named', 30_000, async () => {
    const job = await server.client.getJob(running.job_id)
    // While it has not been taken up it waits for a slot, as every job does.
    return job.wait?.for === 'capacity' && job.wait.on !== 'a free worker slot' ? job.wait : null
  })
  expect(waiting.on).toMatch(/make room/)
  expect(await storage()).toContain('The disk is too full')
  // With no space left the server keeps running and reports the problem.
  const makeRoom = fillDisk('rest', 0)
  const refusal = await until('the refusal', 20_000, () =>
    server.client.createJob({ vision: 'a counter' }).then(
      () => null,
      (error: unknown) => error,
    ),
  )
  expect(refusal).toMatchObject({ status: 507, code: 'disk_full' })
  expect(String(refusal)).toMatch(/make room/)
  const health = await until('the health check', 10_000, async () => {
    const seen = await server.client.health()
    return seen.checks['workspace']?.ok === false ? seen : null
  })
  expect(health).toMatchObject({ status: 'unavailable' })
  const before = await server.client.events(running.job_id, 0)
  makeRoom()
  makeSomeRoom()

  expect(await endOf(server, running.job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
  const after = await server.client.events(running.job_id, 0)
  expect(after.slice(0, before.length)).toEqual(before)
  const { job_id } = await until('a job that is accepted again', 20_000, () =>
    server.client.createJob({ vision: 'a counter', mode: 'solo' }).catch(() => null),
  )
  expect(await endOf(server, job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
  expect(
    execFileSync('ps', ['-o', 'pid=', '-p', String(server.pid)])
      .toString()
      .trim(),
  ).toBe(String(server.pid))
})
