import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { letPass } from '../helpers/until.ts'

/**
 * The guard of the guards: with the worker loop switched off, everything that the regression suite asks for is
 * absent. Should one of these fail, the regression test of the same matter could not go red any more.
 */
let server: TestServer
let jobId: string

beforeAll(async () => {
  server = await startTestServer({ env: { SLIPWAY_WORKERS: '0' } })
  const created = await server.client.createJob({ vision: 'a calculator' })
  jobId = created.job_id
  // Nothing can be awaited where nothing may happen: this is the time in which a healthy server starts a job.
  await letPass(3000)
})
afterAll(() => server.stop())

it('no job starts, no phase changes and no progress is made', async () => {
  const job = await server.client.getJob(jobId)
  expect({
    status: job.status,
    phase: job.current_phase,
    started: job.started_at,
    progress: job.progress,
  }).toEqual({
    status: 'queued',
    phase: 'queued',
    started: null,
    progress: 0,
  })
})

it('no agent works and there are no tasks', async () => {
  expect(await server.client.agents(jobId)).toEqual([])
  expect(await server.client.tasks(jobId)).toEqual([])
})

it('there are no files', async () => {
  await expect(server.client.files(jobId)).rejects.toMatchObject({ status: 404 })
})

it('readiness fails and names the worker', async () => {
  const response = await fetch(`${server.url}/health/ready`)
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({
    status: 'unavailable',
    checks: { worker: { ok: false }, database: { ok: true } },
  })
})
