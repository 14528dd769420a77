import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobView } from '../../src/contract/job.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

/** Failures before a proof are retried, with the reason. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function outcome(vision: string): Promise<JobView> {
  const { job_id } = await server.client.createJob({ vision })
  return endOf(server, job_id)
}

it('a crashed attempt is tried again', async () => {
  const job = await outcome('a calculator [[demo:crash]]')
  expect({ status: job.status, proof: job.proof }).toEqual({ status: 'completed', proof: 'proven' })
  const attempts = await server.client.attempts(job.id)
  expect(
    attempts.some((attempt) => attempt.status === 'failed' && (attempt.error ?? '').includes('exit code 3')),
  ).toBe(true)
})

it('a conflict becomes a new attempt on the new base', async () => {
  const job = await outcome('a calculator [[demo:conflict]]')
  expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
    status: 'completed',
    proof: 'proven',
    error: null,
  })
  const events = await server.client.events(job.id, 0)
  expect(events.some((event) => event.type === 'task.conflict')).toBe(true)
})

it('an invalid plan is sent back with the errors', async () => {
  const job = await outcome('a calculator [[demo:bad-plan]]')
  expect({ status: job.status, proof: job.proof }).toEqual({ status: 'completed', proof: 'proven' })
})

it("a reviewer's rejection sends the work back", async () => {
  const job = await outcome('a calculator [[demo:review-fail]]')
  expect({ status: job.status, proof: job.proof }).toEqual({ status: 'completed', proof: 'proven' })
  const events = await server.client.events(job.id, 0)
  const verdicts = events.filter((event) => event.type === 'review.verdict').map((event) => event.message)
  expect(verdicts.some((message) => message.includes('ended with fail'))).toBe(true)
})
