import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TaskView } from '../../src/contract/job.ts'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'

/** What people do to a single task: start it over when it has failed, and cancel it. */
const nobody = '01934c1e-8a2b-7000-8000-000000000000'
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const runningTask = (id: string, key: string): Promise<TaskView> =>
  until(`the task ${key} to run`, 90_000, async () => {
    const task = (await server.client.tasks(id)).find((each) => each.key === key)
    return task?.status === 'running' && task.attempts > 0 ? task : null
  })

describe('a failed task', () => {
  it('is started over with a note, has all its attempts again, and the job continues to its proof', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:stubborn]]' })
    expect((await endOf(server, job_id)).status).toBe('failed')
    const before = await server.client.tasks(job_id)
    const failed = before.find((task) => task.status === 'failed')
    expect(failed?.attempts).toBe(4)
    expect(before.filter((task) => task.status === 'skipped').length).toBeGreaterThan(0)

    const taskId = failed?.task_id ?? ''
    const going = await server.client.retryTask(job_id, taskId, 'Please fix the sign.')
    expect(going).toMatchObject({ status: 'running', current_phase: 'building', error: null })
    const job = await endOf(server, job_id)
    expect({ status: job.status, proof: job.proof, error: job.error }).toEqual({
      status: 'completed',
      proof: 'proven',
      error: null,
    })
    expect((await eventsOf(server, job_id, 'task.retried'))[0]).toMatchObject({
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

  it('started over without a note fails again after as many attempts', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:stubborn]]' })
    await endOf(server, job_id)
    const skipped = (await server.client.tasks(job_id)).find((task) => task.status === 'skipped')
    // A skipped task includes its dependencies.
    await server.client.retryTask(job_id, skipped?.task_id ?? '')
    const job = await endOf(server, job_id)
    expect(job.status).toBe('failed')
    const failed = (await server.client.tasks(job_id)).find((task) => task.status === 'failed')
    expect(failed?.attempts).toBe(8)
    await expect(server.client.retryTask(job_id, nobody)).rejects.toMatchObject({ status: 404 })
  })
})

describe('a single task', () => {
  it('is cancelled with its process tree while it hangs; dependent tasks are skipped', async () => {
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
      ...(await eventsOf(server, job_id, 'task.cancel_requested')),
      ...(await eventsOf(server, job_id, 'task.cancelled')),
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
    expect((await endOf(server, job_id)).status).toBe('cancelled')
    expect(processesNaming(job_id)).toEqual([])
  })

  it('is left out of the result, and the job is completed with the proof of the rest', async () => {
    const { job_id } = await server.client.createJob({ vision: 'a calculator [[demo:slow=400]]' })
    await until('a plan', 60_000, async () => ((await server.client.tasks(job_id)).length > 2 ? true : null))
    const docs = (await server.client.tasks(job_id)).find((task) => task.key === 'docs')
    await server.client.cancelTask(job_id, docs?.task_id ?? '')
    const job = await endOf(server, job_id)
    expect(job).toMatchObject({ status: 'completed', proof: 'partial', progress: 100, error: null })
    const files = execFileSync('git', ['-C', job.workspace_path ?? '', 'ls-files'])
      .toString()
      .split('\n')
    expect(files).toContain('bin/calc.js')
    expect(files).not.toContain('README.md')
  })
})
