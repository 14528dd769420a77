import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { JobRequest } from '../../src/client/job-request.ts'
import { endOf } from '../helpers/follow-job.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/**
 * The regression suite, named after the post-mortem: a real server process, its real HTTP address, the offline demo as a
 * real agent process. test/journeys/worker-off.test.ts shows that each of these fails without the worker loop.
 */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const vision = 'a calculator for the command line'

/** Creates a job whose end does not matter: it is cancelled after its test, so that it does not slow down the next one. */
async function createForNow(job: JobRequest): Promise<{ job_id: string; backend: string }> {
  const created = await server.client.createJob(job)
  onTestFinished(async () => {
    const { status } = await server.client.cancel(created.job_id).catch((error: { status: number }) => error)
    // 409: it has already ended.
    expect([expect.any(String), 409]).toContainEqual(status)
  })
  return created
}

it('test_job_progress_updates: status and phase leave "queued" and progress grows', async () => {
  const { job_id } = await createForNow({ vision })
  const moved = await until('progress', 20_000, async () => {
    const progress = await server.client.progress(job_id)
    return progress.status !== 'queued' && progress.current_phase !== 'queued' && progress.progress > 0
      ? progress
      : null
  })
  expect(moved.last_message.length).toBeGreaterThan(0)
  const later = await until('more progress', 30_000, async () => {
    const progress = await server.client.progress(job_id)
    return progress.progress > moved.progress ? progress : null
  })
  expect(later.progress).toBeGreaterThan(moved.progress)
})

it('test_agents_show_activity: some agent is not idle and names its task', async () => {
  const { job_id } = await createForNow({ vision: 'a to-do list [[demo:slow=500]]' })
  const busy = await until('a working agent', 15_000, async () => {
    const agents = await server.client.agents(job_id)
    return agents.find((agent) => agent.status === 'working' && agent.task_id !== null) ?? null
  })
  const tasks = await server.client.tasks(job_id)
  expect(tasks.map((task) => task.task_id)).toContain(busy.task_id)
  expect(busy.last_activity).not.toBe('')
})

it('test_tasks_are_created: every task has a phase, an agent and a status', async () => {
  const { job_id } = await createForNow({ vision })
  const tasks = await until('tasks', 10_000, async () => {
    const list = await server.client.tasks(job_id)
    return list.length > 0 ? list : null
  })
  expect(tasks.length).toBeGreaterThan(0)
  for (const task of tasks) {
    expect(task.phase).not.toBe('')
    expect(task.agent).not.toBe('')
    expect(task.status).not.toBe('')
  }
})

it('test_workflow_creates_files: the repository contains a working program and passing tests', async () => {
  const { job_id } = await server.client.createJob({ vision })
  const job = await endOf(server, job_id)
  expect({ status: job.status, error: job.error, proof: job.proof }).toEqual({
    status: 'completed',
    error: null,
    proof: 'proven',
  })
  const { files } = await server.client.files(job_id)
  const programs = files.filter((file) => !/\.(json|db|sqlite)$/.test(file.path))
  expect(programs.length).toBeGreaterThan(3)
  const repository = job.workspace_path ?? ''
  expect(execFileSync('git', ['-C', repository, 'status', '--porcelain']).toString()).toBe('')
  const story = execFileSync('git', ['-C', repository, 'log', '--format=%s', '--reverse'])
    .toString()
    .trim()
    .split('\n')
  const tasks = await server.client.tasks(job_id)
  for (const task of tasks) expect(story).toContain(task.title)
  const answer = execFileSync(process.execPath, ['bin/calc.js', '2 + 3 * 4'], { cwd: repository })
    .toString()
    .trim()
  expect(answer).toBe('14')
  execFileSync(process.execPath, ['--test'], { cwd: repository })
  const { checks } = await server.client.checks(job_id)
  const proofs = checks.filter((check) => check.scope === 'job')
  expect(proofs.length).toBeGreaterThan(0)
  for (const check of proofs)
    expect(check).toMatchObject({ verdict: 'pass', exit_code: 0, commit: job.head_commit })
})

it('the backend has a default when none is given', async () => {
  const created = await createForNow({ vision })
  expect(created.backend).toBe('offline')
})

it('three concurrent jobs all start', async () => {
  const jobs = await Promise.all(
    ['a counter', 'tic-tac-toe', 'a URL shortener'].map((text) => createForNow({ vision: text })),
  )
  for (const { job_id } of jobs) {
    await until('the start of each', 10_000, async () => {
      const job = await server.client.getJob(job_id)
      return job.started_at
    })
  }
})

it('an unknown backend is refused with 400 and the word "backend"', async () => {
  await expect(server.client.createJob({ vision, backend: 'no-such-thing' })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('backend'),
  })
})

it('a missing vision is refused with 400', async () => {
  const response = await fetch(`${server.url}/api/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: expect.stringContaining('vision') })
})
