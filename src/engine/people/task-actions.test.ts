import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptJob,
  beginPretended,
  endPretended,
  pretended,
  settle,
} from '../../../test/helpers/pretend-work.ts'
import { isAdvanceDue, journalOf, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { eventually } from '../../../test/helpers/until.ts'
import { Plan } from '../../contract/plan.ts'
import type { TaskView } from '../../contract/job.ts'
import type { JobStatus, TaskStatus } from '../../contract/words.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts, readAttempt } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { readJob, updateJob } from '../../store/jobs.ts'
import { listTasks } from '../../store/views/team-views.ts'
import { updateTask } from '../../store/team.ts'
import { cancelChannel } from '../engine.ts'
import { cancelJob } from './cancel-job.ts'
import { cancelTask, retryTask } from './task-actions.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const task = (key: string, depends_on: string[] = []) => ({ key, title: key, description: key, depends_on })
const plan = Plan.parse({ title: 'P', tasks: [task('a'), task('b', ['a']), task('c')] })

/** Brings a job to its plan: a needs nothing, b needs a, c needs nothing. */
async function planned(): Promise<string> {
  const id = await acceptJob(engine)
  await pretended.session(engine, id)
  await pretended.merge(engine, id)
  await pretended.session(engine, id, { outcome: { plan } })
  await pretended.merge(engine, id)
  return id
}

async function taskOf(id: string, key: string): Promise<TaskView> {
  const found = (await listTasks(engine.db.reader, id)).find((one) => one.key === key)
  if (found === undefined) throw new Error(`no task ${key}`)
  return found
}

async function statusesOf(id: string): Promise<string> {
  const tasks = await listTasks(engine.db.reader, id)
  return tasks.map(({ key, status }) => `${key} ${status}`).join(', ')
}

async function idOf(id: string, key: string): Promise<string> {
  return (await taskOf(id, key)).task_id
}

/** Lets all tries of a task fail. */
async function failTask(id: string, key: string): Promise<void> {
  const taskId = await idOf(id, key)
  while ((await taskOf(id, key)).status === 'running') {
    const claimed = await beginPretended(engine, id)
    const error = claimed.work.task_id === taskId ? { error: 'it crashed' } : {}
    await endPretended(engine, claimed, {
      outcome: { kind: 'session' },
      attempt: { status: 'failed', ...error },
    })
  }
}

async function setStatus(id: string, status: JobStatus): Promise<void> {
  await underLock(engine.db, id, (trx) => updateJob(trx, id, { status }))
}

async function setTask(id: string, key: string, status: TaskStatus): Promise<void> {
  const taskId = await idOf(id, key)
  await underLock(engine.db, id, (trx) => updateTask(trx, taskId, { status }))
}

describe('cancelling a task', () => {
  it('is requested once, by a person, and reaches the worker', async () => {
    const id = await planned()
    const taskId = await idOf(id, 'a')
    const heard: (string | null)[] = []
    const stop = await engine.db.listen(cancelChannel, (payload) => heard.push(payload))
    await cancelTask(engine, id, taskId)
    await cancelTask(engine, id, taskId)
    await eventually(() => expect(heard).toEqual([`${id} ${taskId}`]))
    await stop()
    expect((await journalOf(engine.db, id)).slice(-1)).toEqual(['person task.cancel_requested'])
    expect(await isAdvanceDue(engine.db, id)).toBe(true)
  })

  it('withdraws work that has not begun; dependent tasks are skipped, and the job continues', async () => {
    const id = await planned()
    await cancelTask(engine, id, await idOf(id, 'a'))
    await settle(engine, id)
    expect(await statusesOf(id)).toBe(
      'requirements completed, design completed, a cancelled, b skipped, c running',
    )
    expect((await journalOf(engine.db, id)).slice(-3)).toEqual([
      'server work.cancelled',
      'person task.cancelled',
      'server task.skipped',
    ])
    await pretended.session(engine, id)
    await pretended.session(engine, id, {
      outcome: { review: { verdict: 'pass', summary: 's', findings: [] } },
    })
    const commit = newId()
    await pretended.merge(engine, id, commit)
    await pretended.checks(engine, id, { kind: 'checks', verdict: 'pass', commit, failed: [] })
    await pretended.repository(engine, id, { kind: 'delivered', path: '/r', commit })
    expect(await readJob(engine.db.reader, id)).toMatchObject({
      status: 'completed',
      proof: 'partial',
      proof_reason: 'The checks pass, and some tasks were cancelled.',
    })
  })

  it('takes effect when its last process has ended', async () => {
    const id = await planned()
    const running = await beginPretended(engine, id)
    await cancelTask(engine, id, running.work.task_id ?? '')
    await settle(engine, id)
    expect((await taskOf(id, 'a')).status).toBe('running')
    await endPretended(engine, running, { outcome: { kind: 'session' }, attempt: { status: 'cancelled' } })
    expect((await taskOf(id, 'a')).status).toBe('cancelled')
  })

  it('is refused if the job needs it, or if it has already ended', async () => {
    const id = await planned()
    const refused = async (key: string, said: string): Promise<void> =>
      expect(cancelTask(engine, id, await idOf(id, key))).rejects.toMatchObject({
        code: 'not_cancellable',
        message: expect.stringContaining(said),
      })
    await refused('design', 'cancel the whole job instead')
    for (const status of ['completed', 'failed', 'skipped', 'cancelled'] as const) {
      await setTask(id, 'c', status)
      await refused('c', `The task is ${status} already`)
    }
    await expect(cancelTask(engine, id, newId())).rejects.toMatchObject({ code: 'not_found' })
    await setStatus(id, 'failed')
    await refused('a', 'The job is failed already')
    await setStatus(id, 'running')
    await cancelJob(engine, id)
    await refused('a', 'The job is being cancelled already')
    const solo = await acceptJob(engine, { mode: 'solo' })
    await expect(cancelTask(engine, solo, await idOf(solo, 'build'))).rejects.toMatchObject({
      message: expect.stringContaining('all there is to the job'),
    })
  })
})

describe('starting a task over', () => {
  it('after a failure continues the job, with all attempts and with the note', async () => {
    const id = await planned()
    await failTask(id, 'a')
    await failTask(id, 'c')
    expect(await readJob(engine.db.reader, id)).toMatchObject({ status: 'failed' })
    expect(await statusesOf(id)).toContain('a failed, b skipped, c failed')
    const a = await idOf(id, 'a')
    await retryTask(engine, id, a, 'use a map')
    expect(await readJob(engine.db.reader, id)).toMatchObject({
      status: 'running',
      phase: 'building',
      error: null,
      completed_at: null,
    })
    expect(await statusesOf(id)).toContain('a pending, b pending, c failed')
    const events = (await readEvents(engine.db.reader, id, 0, 1000)).slice(-3)
    expect(events.map(({ actor, type }) => `${actor} ${type}`)).toEqual([
      'person task.retried',
      'person job.continued',
      'server job.phase',
    ])
    expect(events[0]).toMatchObject({
      task_id: a,
      message: 'A person started "a" over: use a map',
      data: { note: 'use a map', freed: [await idOf(id, 'b')] },
    })
    await settle(engine, id)
    const attempts = (await listAttempts(engine.db.reader, id)).filter((one) => one.task_id === a)
    expect(attempts.at(-1)).toMatchObject({ number: 5, status: 'queued' })
    expect((await readAttempt(engine.db.reader, attempts.at(-1)?.id ?? ''))?.feedback).toEqual([
      { kind: 'note', summary: 'use a map' },
      {
        kind: 'note',
        summary: expect.stringMatching(/^Before it was started over, the task had failed: Gave up after 4/),
      },
    ])
  })

  it('includes the tasks that it depends on', async () => {
    const id = await planned()
    await failTask(id, 'a')
    await retryTask(engine, id, await idOf(id, 'b'), null)
    expect(await statusesOf(id)).toContain('a pending, b pending')
    const types = (await journalOf(engine.db, id)).filter((line) => line === 'person task.retried')
    expect(types).toHaveLength(2)
  })

  it('of the plan returns to planning', async () => {
    const id = await acceptJob(engine)
    await failTask(id, 'requirements')
    expect(await readJob(engine.db.reader, id)).toMatchObject({ status: 'failed', phase: 'error' })
    await retryTask(engine, id, await idOf(id, 'design'), null)
    expect(await readJob(engine.db.reader, id)).toMatchObject({ status: 'running', phase: 'planning' })
    await settle(engine, id)
    expect(await statusesOf(id)).toBe('requirements running, design pending')
  })

  it('that a person cancelled works while the job runs', async () => {
    const id = await planned()
    await cancelTask(engine, id, await idOf(id, 'c'))
    await settle(engine, id)
    await retryTask(engine, id, await idOf(id, 'c'), null)
    await settle(engine, id)
    expect((await taskOf(id, 'c')).status).toBe('running')
    expect(await journalOf(engine.db, id)).not.toContain('person job.continued')
  })

  it('is refused if it has not ended, and in a job that cannot continue', async () => {
    const id = await planned()
    const c = await idOf(id, 'c')
    const refused = (said: string): Promise<void> =>
      expect(retryTask(engine, id, c, null)).rejects.toMatchObject({
        code: 'not_retryable',
        message: expect.stringContaining(said),
      })
    await refused('The task is running')
    await setTask(id, 'c', 'failed')
    await setStatus(id, 'completed')
    await refused('The job is completed')
    await setStatus(id, 'queued')
    await refused('The job is queued')
    await setStatus(id, 'cancelled')
    await refused('restart it')
    await setStatus(id, 'running')
    await cancelJob(engine, id)
    await refused('restart it')
    await expect(retryTask(engine, newId(), c, null)).rejects.toMatchObject({ code: 'not_found' })
  })
})
