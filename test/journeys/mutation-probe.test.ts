import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The critical path in its shortest form; test/mutations.mjs breaks the product and expects this to go red. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a job is created, executed and completed', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  const started = await until(
    'a start with an agent at work',
    10_000,
    async () => (await server.client.getJob(job_id)).started_at,
  )
  expect(started).not.toBeNull()
  const attempts = await until('an attempt that succeeded', 15_000, async () => {
    const list = await server.client.attempts(job_id)
    return list.some((attempt) => attempt.status === 'succeeded') ? list : null
  })
  // A job that needed rescue had no queue entry: it ran, but not because it was accepted.
  const events = await server.client.events(job_id, 0)
  expect(events.map((event) => event.type)).not.toContain('job.rescued')
  expect(attempts[0]).toMatchObject({ status: 'succeeded', kind: 'work' })
}, 26_000)
