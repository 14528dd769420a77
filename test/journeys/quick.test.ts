import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The smoke test: what the system before this one did not do. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('test_job_starts_within_timeout: an accepted job starts within 10 s', async () => {
  const created = await server.client.createJob({ vision: 'a calculator for the command line' })
  expect(created.status).toBe('queued')
  const started = await until('the start of the job', 10_000, async () => {
    const job = await server.client.getJob(created.job_id)
    return job.started_at === null ? null : job
  })
  expect(['running', 'completed']).toContain(started.status)
  const events = await server.client.events(created.job_id, 0)
  expect(events.map((event) => event.type)).not.toContain('job.rescued')
})
