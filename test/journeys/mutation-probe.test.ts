import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** The critical path in its shortest form; test/mutations.ts breaks the product and expects this to go red. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** The events of both streams, until the signal aborts. */
function listen(id: string, signal: AbortSignal) {
  const types: string[] = []
  const statuses: string[] = []
  const job = async (): Promise<void> => {
    for await (const event of server.client.follow(id, 0, { signal })) types.push(event.type)
  }
  const fleet = async (): Promise<void> => {
    for await (const summary of server.client.followSummaries({ signal }))
      if (summary.id === id) statuses.push(summary.status)
  }
  return { types, statuses, over: Promise.all([job(), fleet()]) }
}

it('a job is created, executed and completed, with events', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:slow=500]]', mode: 'solo' })
  const listening = new AbortController()
  onTestFinished(() => listening.abort())
  const heard = listen(job_id, listening.signal)
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
  // Both streams have reported it.
  await until('the attempt in the stream of the job', 5000, () =>
    Promise.resolve(heard.types.includes('attempt.started') || null),
  )
  await until('the job in the stream of all jobs', 5000, () =>
    Promise.resolve(heard.statuses.includes('running') || null),
  )
  listening.abort()
  await heard.over
}, 26_000)
