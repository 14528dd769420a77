import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServer, type RunningServer } from '../../src/main.ts'
import { makeDataDir } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

let server: RunningServer

beforeAll(async () => {
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
