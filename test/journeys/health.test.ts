import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openClient } from '../../src/client/open-client.ts'
import { startServer, type RunningServer } from '../../src/main.ts'
import { endOf } from '../helpers/follow-job.ts'
import { makeDataDir } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

let server: RunningServer

let dataDir: string

beforeAll(async () => {
  vi.stubEnv('SLIPWAY_CANARY_SECONDS', '12')
  vi.stubEnv('SLIPWAY_RETRY_MS', '100')
  vi.stubEnv('SLIPWAY_LOG_LEVEL', 'silent')
  dataDir = makeDataDir()
  server = await startServer({ dataDir, port: 0 })
})
afterAll(() => server.stop())

async function ready(): Promise<{ status: number; worker: boolean }> {
  const response = await fetch(`${server.url}/health/ready`)
  const body = (await response.json()) as { checks: { worker: { ok: boolean } } }
  return { status: response.status, worker: body.checks.worker.ok }
}

it('readiness follows the worker loop: 200, then 503 within 10 s of its stop, then 200 again', async () => {
  expect(await ready()).toEqual({ status: 200, worker: true })
  await server.worker.pause()
  await until('503 that names the worker', 10_000, async () => {
    const now = await ready()
    return now.status === 503 && !now.worker ? now : null
  })
  await server.worker.resume()
  await until('200 again', 10_000, async () => ((await ready()).status === 200 ? true : null))
})

it('a canary is late while the worker loop is stopped, shows the state of its job, and is repeated until it passes', async () => {
  const client = openClient(server)
  await server.worker.pause()
  const late = await client.runCanary()
  expect(late).toMatchObject({ status: 'failed', job_id: expect.any(String) })
  expect(late.reason).toContain('did not complete within 12 s: it is queued')
  expect(await client.health()).toMatchObject({ status: 'unavailable', checks: { canary: { ok: false } } })
  // A failed canary can be read by its id, and is in no list.
  expect((await client.getJob(late.job_id ?? '')).status).toBe('queued')
  expect((await client.listJobs()).total).toBe(0)
  await server.worker.resume()
  // No client requests another one.
  await until('a canary that passes', 100_000, async () =>
    (await client.canary()).status === 'passed' ? true : null,
  )
  await expect(client.getJob(late.job_id ?? '')).rejects.toMatchObject({ status: 404 })
  expect((await client.health()).status).toBe('ok')
})

it('it is not ready while most jobs fail for reasons of the server, and recovers by itself', async () => {
  const client = openClient(server)
  const jobs = path.join(dataDir, 'jobs')
  const kept = `${jobs}.kept`
  fs.renameSync(jobs, kept)
  fs.writeFileSync(jobs, '')
  const started = await Promise.all(
    Array.from({ length: 3 }, () => client.createJob({ vision: 'a counter', mode: 'solo' })),
  )
  for (const { job_id } of started) {
    const ended = await endOf({ client }, job_id)
    expect(ended.status).toBe('failed')
  }
  expect(await client.health()).toMatchObject({
    status: 'unavailable',
    checks: { jobs: { ok: false, detail: expect.stringMatching(/^3 of the last 3 jobs failed .*ENOTDIR/) } },
  })
  fs.rmSync(jobs)
  fs.renameSync(kept, jobs)
  await until('readiness', 100_000, async () => ((await client.health()).status === 'ok' ? true : null))
  expect((await client.health()).checks['jobs']?.detail).toContain('a canary has passed since')
})
