import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openClient } from '../../src/client/open-client.ts'
import { startServer, type RunningServer } from '../../src/main.ts'
import { makeDataDir } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

let server: RunningServer

beforeAll(async () => {
  vi.stubEnv('SLIPWAY_CANARY_SECONDS', '8')
  server = await startServer({ dataDir: makeDataDir(), port: 0 })
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

it('a canary is late while the worker loop stands still, says where its job stands, and passes afterwards', async () => {
  const client = openClient(server)
  await server.worker.pause()
  const late = await client.runCanary()
  expect(late).toMatchObject({ status: 'failed', job_id: expect.any(String) })
  expect(late.reason).toContain('did not complete within 8 s: it is queued')
  expect(await client.health()).toMatchObject({ status: 'unavailable', checks: { canary: { ok: false } } })
  // What failed can be looked at by its id, and is in no list.
  expect((await client.getJob(late.job_id ?? '')).status).toBe('queued')
  expect((await client.listJobs()).total).toBe(0)
  await server.worker.resume()
  await until('a canary that passes', 60_000, async () =>
    (await client.runCanary()).status === 'passed' ? true : null,
  )
  await expect(client.getJob(late.job_id ?? '')).rejects.toMatchObject({ status: 404 })
  expect((await client.health()).status).toBe('ok')
})
