import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AgentView } from '../../src/contract/job.ts'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** Messages of people to a running agent. */
const dataDir = makeDataDir()
const nobody = '01934c1e-8a2b-7000-8000-000000000000'
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ dataDir })
})
afterAll(() => server.stop())

const worker = (id: string): Promise<AgentView> =>
  until('a developer at work', 60_000, async () => {
    const agents = await server.client.agents(id)
    return agents.find((agent) => agent.role === 'developer' && agent.status === 'working') ?? null
  })

describe('a message', () => {
  it('to an agent in a session is shown at once, delivered once after its turn, and answered', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:slow=2000]]' })
    // The agent has begun its turn; earlier messages would be part of its brief.
    const agent = await until('a developer in its turn', 60_000, async () => {
      const one = await worker(job_id)
      return one.last_activity?.includes('Working slowly') === true ? one : null
    })
    await server.client.message(job_id, { agent_id: agent.id, text: 'Mind the negative numbers.' })
    const [shown] = await eventsOf(server, job_id, 'person.message')
    expect(shown).toMatchObject({
      actor: 'person',
      task_id: agent.task_id,
      attempt_id: expect.any(String),
      message: `To ${agent.name}: Mind the negative numbers.`,
    })
    const [delivered] = await until('the delivery', 30_000, async () => {
      const events = await eventsOf(server, job_id, 'message.delivered')
      return events.length > 0 ? events : null
    })
    expect(delivered).toMatchObject({
      attempt_id: shown?.attempt_id,
      task_id: agent.task_id,
      data: { by: 'turn' },
    })
    const answer = await until('the answer', 30_000, async () => {
      const { transcript } = await server.client.attempt(job_id, shown?.attempt_id ?? '')
      return transcript.find((event) => event.message.includes('I was told: Mind the negative')) ?? null
    })
    expect(answer.actor).toBe(`agent:${agent.name}`)
    const { transcript } = await server.client.attempt(job_id, shown?.attempt_id ?? '')
    const types = transcript.map((event) => event.type)
    expect(types.indexOf('person.message')).toBeLessThan(types.indexOf('message.delivered'))
    expect((await endOf(server, job_id)).proof).toBe('proven')
    expect(await eventsOf(server, job_id, 'message.delivered')).toHaveLength(1)
    await expect(
      server.client.message(job_id, { agent_id: agent.id, text: 'Too late.' }),
    ).rejects.toMatchObject({ status: 409, code: 'job_over' })
  })

  it('survives a kill -9 and is part of the brief of the next attempt, once', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:slow=2000]]' })
    const agent = await worker(job_id)
    const idle = (await server.client.agents(job_id)).find((each) => each.role === 'reviewer')
    await server.client.message(job_id, { agent_id: agent.id, text: 'Words for the worker.' })
    await server.client.message(job_id, { agent_id: idle?.id ?? '', text: 'Words for the reviewer.' })
    await server.crash()
    server = await startTestServer({ dataDir })
    expect((await endOf(server, job_id)).proof).toBe('proven')
    const delivered = await eventsOf(server, job_id, 'message.delivered')
    expect(delivered.map((event) => event.message).toSorted()).toEqual(
      [
        `${agent.name} was told: Words for the worker.`,
        'Reviewer was told: Words for the reviewer.',
      ].toSorted(),
    )
    const attempts = await server.client.attempts(job_id)
    const review = delivered.find((event) => event.message.startsWith('Reviewer'))
    expect(attempts.find((attempt) => attempt.id === review?.attempt_id)?.kind).toBe('review')
    const spoken = (await server.client.events(job_id, 0)).filter((event) =>
      event.message.includes('I was told: A person says: Words for the worker.'),
    )
    expect(spoken.length).toBeGreaterThan(0)
  })

  it('is refused without a recipient, without a text, and when it is too long', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a counter [[demo:hang]]' })
    const [agent] = await until('a team', 30_000, async () => {
      const agents = await server.client.agents(job_id)
      return agents.length > 0 ? agents : null
    })
    const send = (text: string, agent_id = agent?.id ?? ''): Promise<unknown> =>
      server.client.message(job_id, { agent_id, text })
    await expect(send('hello', nobody)).rejects.toMatchObject({ status: 404 })
    await expect(send('  \n ')).rejects.toMatchObject({ status: 400 })
    await expect(send('x'.repeat(20_001))).rejects.toMatchObject({ status: 400 })
    await expect(send('nul \u0000')).rejects.toMatchObject({ status: 400 })
    await server.client.cancel(job_id)
  })
})
