import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AgentView, JobView, TaskView } from '../../src/contract/job.ts'
import { processesNaming } from '../helpers/processes.ts'
import { makeDataDir, startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** What people do to a running job: write to an agent, start a failed task over, cancel a single task. */
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
const runningTask = (id: string, key: string): Promise<TaskView> =>
  until(`the task ${key} to run`, 90_000, async () => {
    const task = (await server.client.tasks(id)).find((each) => each.key === key)
    return task?.status === 'running' && task.attempts > 0 ? task : null
  })
const ended = (id: string): Promise<JobView> =>
  until('the end of the job', 90_000, async () => {
    const job = await server.client.getJob(id)
    return job.completed_at === null ? null : job
  })
const eventsOf = async (id: string, type: string) =>
  (await server.client.events(id, 0)).filter((event) => event.type === type)

describe('a message', () => {
  it('to an agent in a session is shown at once, delivered after its turn, once, and answered', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:slow=2000]]' })
    // The agent has begun its turn: what is said before that goes into its brief.
    const agent = await until('a developer in its turn', 60_000, async () => {
      const one = await worker(job_id)
      return one.last_activity?.includes('Working slowly') === true ? one : null
    })
    await server.client.message(job_id, { agent_id: agent.id, text: 'Mind the negative numbers.' })
    const [shown] = await eventsOf(job_id, 'person.message')
    expect(shown).toMatchObject({
      actor: 'person',
      task_id: agent.task_id,
      attempt_id: expect.any(String),
      message: `To ${agent.name}: Mind the negative numbers.`,
    })
    const [delivered] = await until('the delivery', 30_000, async () => {
      const events = await eventsOf(job_id, 'message.delivered')
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
    expect((await ended(job_id)).proof).toBe('proven')
    expect(await eventsOf(job_id, 'message.delivered')).toHaveLength(1)
    await expect(
      server.client.message(job_id, { agent_id: agent.id, text: 'Too late.' }),
    ).rejects.toMatchObject({ status: 409, code: 'job_over' })
  })

  it('outlives a kill -9 and goes into the brief of the next attempt, once', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:slow=2000]]' })
    const agent = await worker(job_id)
    const idle = (await server.client.agents(job_id)).find((each) => each.role === 'reviewer')
    await server.client.message(job_id, { agent_id: agent.id, text: 'Words for the worker.' })
    await server.client.message(job_id, { agent_id: idle?.id ?? '', text: 'Words for the reviewer.' })
    await server.crash()
    server = await startTestServer({ dataDir })
    expect((await ended(job_id)).proof).toBe('proven')
    const delivered = await eventsOf(job_id, 'message.delivered')
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

  it('is refused to nobody, about nothing, and when it is a book', async () => {
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

describe('a failed task', () => {
  it('is started over with a note, has all its tries again, and the job goes on to its proof', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:stubborn]]' })
    expect((await ended(job_id)).status).toBe('failed')
    const before = await server.client.tasks(job_id)
    const failed = before.find((task) => task.status === 'failed')
    expect(failed?.attempts).toBe(4)
    expect(before.filter((task) => task.status === 'skipped').length).toBeGreaterThan(0)

    const taskId = failed?.task_id ?? ''
    const going = await server.client.retryTask(job_id, taskId, 'Please fix the sign.')
    expect(going).toMatchObject({ status: 'running', current_phase: 'building', error: null })
    const job = await ended(job_id)
    expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
      status: 'completed',
      proof: 'proven',
      error: null,
    })
    expect((await eventsOf(job_id, 'task.retried'))[0]).toMatchObject({
      actor: 'person',
      task_id: taskId,
      data: { note: 'Please fix the sign.' },
    })
    const attempts = (await server.client.attempts(job_id)).filter(
      (attempt) => attempt.task_id === taskId && attempt.kind === 'work',
    )
    expect(attempts.map((attempt) => attempt.number)).toEqual([1, 2, 3, 4, 5])
    await expect(server.client.retryTask(job_id, taskId)).rejects.toMatchObject({
      status: 409,
      code: 'not_retryable',
    })
  })

  it('started over without a word fails again after as many tries', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:stubborn]]' })
    await ended(job_id)
    const skipped = (await server.client.tasks(job_id)).find((task) => task.status === 'skipped')
    // A skipped task brings what it needs with it.
    await server.client.retryTask(job_id, skipped?.task_id ?? '')
    const job = await ended(job_id)
    expect(job.status).toBe('failed')
    const failed = (await server.client.tasks(job_id)).find((task) => task.status === 'failed')
    expect(failed?.attempts).toBe(8)
    await expect(server.client.retryTask(job_id, nobody)).rejects.toMatchObject({ status: 404 })
  })
})

describe('a single task', () => {
  it('is cancelled with its process tree while it hangs; what needs it is skipped', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:hang]]' })
    const task = await runningTask(job_id, 'format')
    const other = await runningTask(job_id, 'engine')
    const { attempt_id } = task
    await until('a process of the attempt', 15_000, () =>
      Promise.resolve(attempt_id !== null && processesNaming(attempt_id).length > 0 ? true : null),
    )
    await server.client.cancelTask(job_id, task.task_id)
    const tasks = await until('the end of the task', 15_000, async () => {
      const now = await server.client.tasks(job_id)
      return now.find((each) => each.key === 'format')?.status === 'cancelled' ? now : null
    })
    expect(processesNaming(attempt_id ?? nobody)).toEqual([])
    expect(processesNaming(other.attempt_id ?? nobody)).not.toEqual([])
    expect(tasks.find((each) => each.key === 'cli')).toMatchObject({
      status: 'skipped',
      error: expect.stringContaining('was cancelled'),
    })
    expect((await server.client.getJob(job_id)).status).toBe('running')
    const acts = [
      ...(await eventsOf(job_id, 'task.cancel_requested')),
      ...(await eventsOf(job_id, 'task.cancelled')),
    ]
    expect(acts.map(({ actor, task_id }) => ({ actor, task_id }))).toEqual([
      { actor: 'person', task_id: task.task_id },
      { actor: 'person', task_id: task.task_id },
    ])
    await expect(server.client.cancelTask(job_id, task.task_id)).rejects.toMatchObject({ status: 409 })
    const planning = tasks.find((each) => each.phase === 'planning')
    await expect(server.client.cancelTask(job_id, planning?.task_id ?? '')).rejects.toMatchObject({
      status: 409,
    })
    await server.client.cancel(job_id)
    expect((await ended(job_id)).status).toBe('cancelled')
    expect(processesNaming(job_id)).toEqual([])
  })

  it('is left out of what is built, and the job is completed with the proof of the rest', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:slow=400]]' })
    await until('a plan', 60_000, async () => ((await server.client.tasks(job_id)).length > 2 ? true : null))
    const docs = (await server.client.tasks(job_id)).find((task) => task.key === 'docs')
    await server.client.cancelTask(job_id, docs?.task_id ?? '')
    const job = await ended(job_id)
    expect(job).toMatchObject({ status: 'completed', proof: 'partial', progress: 100, error: null })
    const files = execFileSync('git', ['-C', job.workspace_path ?? '', 'ls-files'])
      .toString()
      .split('\n')
    expect(files).toContain('bin/calc.js')
    expect(files).not.toContain('README.md')
  })
})
