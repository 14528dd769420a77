import { afterAll, beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

it('a job whose agent hangs is cancelled within 15 s and leaves no process behind', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:hang]]' })
  await until('a hanging developer', 30_000, async () => {
    const agents = await server.client.agents(job_id)
    return agents.find((agent) => agent.role === 'developer' && agent.status === 'working') ?? null
  })
  await until('a process of the job', 10_000, () =>
    Promise.resolve(processesNaming(job_id).length > 0 ? true : null),
  )
  await server.client.cancel(job_id)
  const job = await until('cancelled', 15_000, async () => {
    const current = await server.client.getJob(job_id)
    return current.status === 'cancelled' ? current : null
  })
  expect(job.error).toBeNull()
  expect(processesNaming(job_id)).toEqual([])
  await expect(server.client.cancel(job_id)).rejects.toMatchObject({ status: 409 })
})

it('a cancelled job can be restarted and then completes', async () => {
  const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:slow=1500]]' })
  await until('a start', 15_000, async () => (await server.client.getJob(job_id)).started_at)
  await server.client.cancel(job_id)
  await until('cancelled', 15_000, async () =>
    (await server.client.getJob(job_id)).status === 'cancelled' ? true : null,
  )
  await server.client.restart(job_id)
  const job = await endOf(server, job_id)
  expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
    status: 'completed',
    proof: 'proven',
    error: null,
  })
})
