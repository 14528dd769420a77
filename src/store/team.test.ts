import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  claimWork,
  storeAgent,
  storeAttempt,
  storeAttempted,
  storeJob,
  storeTask,
  storeWork,
  underLock,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import type { AgentView, TaskView } from '../contract/job.ts'
import { newId } from '../lib/ids.ts'
import { insertChecks, type NewCheck } from './checks.ts'
import type { Database } from './database/database.ts'
import { updateJob } from './jobs.ts'
import { isCancelRequested, isTaskCancelRequested, requestTaskCancel, startOver } from './task-actions.ts'
import { listAgents, listTasks } from './views/team-views.ts'
import {
  beginActivity,
  chooseAgent,
  insertAgents,
  insertTasks,
  planningTask,
  readTask,
  releaseAgent,
  reopenTasks,
  settleAgent,
  settleAgents,
  updateAgent,
  updateTask,
} from './team.ts'
import { setCurrentCheck } from './work.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const at = '2026-01-02T00:00:00.000Z'

async function agentOf(jobId: string, id: string): Promise<AgentView | undefined> {
  return (await listAgents(db.reader, jobId)).find((agent) => agent.id === id)
}

async function taskOf(jobId: string, id: string): Promise<TaskView | undefined> {
  return (await listTasks(db.reader, jobId)).find((task) => task.task_id === id)
}

const check = (verdict: 'pass' | 'fail', more: Partial<NewCheck> = {}): NewCheck => ({
  kind: 'check',
  origin: 'plan',
  command: 'npm test',
  verdict,
  notCounted: null,
  exitCode: 0,
  durationMs: 1,
  commit: 'c',
  log: '',
  logTruncated: false,
  versions: {},
  walls: 'none',
  startedAt: new Date(at),
  ...more,
})

describe('agents', () => {
  it('are idle when they join, and are listed in that order', async () => {
    const jobId = await storeJob(db)
    const ids = [await storeAgent(db, jobId), await storeAgent(db, jobId, { name: 'B', role: 'reviewer' })]
    await underLock(db, jobId, (trx) => insertAgents(trx, jobId, []))
    const agents = await listAgents(db.reader, jobId)
    expect(agents.map(({ id }) => id)).toEqual(ids)
    expect(agents[1]).toEqual({
      id: ids[1],
      name: 'B',
      role: 'reviewer',
      backend: 'offline',
      model: null,
      status: 'idle',
      phase: null,
      task_id: null,
      task_title: null,
      last_activity: null,
      last_activity_at: null,
      attempt_id: null,
      usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost_usd: null, unpriced_tokens: 0 },
    })
  })

  it('change only in the named fields', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(db)
    const change = { status: 'working', task_id: taskId, last_activity: 'reads', model: 'm' } as const
    await underLock(db, jobId, async (trx) => {
      await updateAgent(trx, agentId, { ...change, last_activity_at: new Date(at) })
      await updateAgent(trx, agentId, {})
    })
    expect(await agentOf(jobId, agentId)).toMatchObject({
      ...change,
      task_title: 'Build it',
      last_activity_at: at,
      attempt_id: attemptId,
    })
  })

  it('show the running attempt, otherwise the newest', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(db)
    const place = { jobId, agentId, taskId }
    const newest = await storeAttempt(db, place, { number: 2 }, { input_tokens: 2 })
    expect(await agentOf(jobId, agentId)).toMatchObject({ attempt_id: attemptId, usage: { input_tokens: 2 } })
    await underLock(db, jobId, (trx) =>
      trx.updateTable('attempts').set({ status: 'failed' }).where('id', '=', attemptId).execute(),
    )
    expect(await agentOf(jobId, agentId)).toMatchObject({ attempt_id: newest })
  })

  it('are working from the beginning of an attempt, and idle when they are released', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(db)
    const begun = await underLock(db, jobId, (trx) => beginActivity(trx, attemptId))
    expect(begun).toEqual({ name: 'Developer', title: 'Build it' })
    expect(await agentOf(jobId, agentId)).toMatchObject({
      status: 'working',
      task_id: taskId,
      phase: 'building',
      last_activity: null,
      last_activity_at: expect.any(String),
    })
    await underLock(db, jobId, (trx) => releaseAgent(trx, attemptId))
    expect(await agentOf(jobId, agentId)).toMatchObject({ status: 'idle', task_id: null })
    expect(await underLock(db, jobId, (trx) => beginActivity(trx, newId()))).toBeNull()
  })

  it('of an ended task are released, unless they are busy by then', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(db)
    const other = await storeTask(db, { jobId, agentId }, { position: 1 })
    const settle = (): Promise<void> =>
      underLock(db, jobId, (trx) => settleAgent(trx, agentId, taskId, 'completed'))
    await underLock(db, jobId, (trx) => beginActivity(trx, attemptId))
    await settle()
    expect(await agentOf(jobId, agentId)).toMatchObject({ status: 'working', task_id: taskId })
    await underLock(db, jobId, (trx) => updateAgent(trx, agentId, { status: 'idle', task_id: other }))
    await settle()
    expect(await agentOf(jobId, agentId)).toMatchObject({ status: 'idle', task_id: other })
    await underLock(db, jobId, (trx) => updateAgent(trx, agentId, { task_id: taskId }))
    await settle()
    expect(await agentOf(jobId, agentId)).toMatchObject({ status: 'completed', task_id: null })
    await underLock(db, jobId, (trx) => settleAgents(trx, jobId, 'failed'))
    expect(await agentOf(jobId, agentId)).toMatchObject({ status: 'failed', task_id: null })
  })

  it('are chosen by their role: idle before busy, preferred before others', async () => {
    const jobId = await storeJob(db)
    const [one, two] = [await storeAgent(db, jobId), await storeAgent(db, jobId)]
    const task = await storeTask(db, { jobId, agentId: one })
    const other = await storeTask(db, { jobId, agentId: one }, { position: 1 })
    const choose = async (preferred: string): Promise<string | undefined> =>
      (await underLock(db, jobId, (trx) => chooseAgent(trx, jobId, 'developer', task, preferred)))?.id
    const give = (agent: string, taskId: string): Promise<void> =>
      underLock(db, jobId, (trx) => updateAgent(trx, agent, { task_id: taskId }))
    expect([await choose(two), await choose(newId())]).toEqual([two, one])
    await give(two, other)
    expect(await choose(two)).toBe(one)
    await give(two, task)
    expect(await choose(two)).toBe(two)
    await give(one, other)
    await give(two, other)
    expect([await choose(two), await choose(newId())]).toEqual([two, one])
    expect(await underLock(db, jobId, (trx) => chooseAgent(trx, jobId, 'tester', task, one))).toBeNull()
  })
})

describe('tasks', () => {
  it('are listed in the order of the plan, with all their fields', async () => {
    const jobId = await storeJob(db)
    const agentId = await storeAgent(db, jobId, { backend: 'codex' })
    const place = { jobId, agentId }
    const second = await storeTask(db, place, { position: 1, key: 'second' })
    const first = await storeTask(db, place, {
      position: 0,
      key: 'first',
      dependsOn: [second],
      acceptance: ['it runs'],
      checks: ['npm test'],
    })
    await underLock(db, jobId, (trx) => insertTasks(trx, jobId, []))
    const tasks = await listTasks(db.reader, jobId)
    expect(tasks.map(({ key }) => key)).toEqual(['first', 'second'])
    expect(tasks[0]).toEqual({
      task_id: first,
      key: 'first',
      title: 'Build it',
      description: 'All of it.',
      phase: 'building',
      agent: 'Developer',
      backend: 'codex',
      role: 'developer',
      status: 'pending',
      position: 0,
      depends_on: [second],
      acceptance: ['it runs'],
      checks: ['npm test'],
      attempts: 0,
      attempt_id: null,
      activity: null,
      activity_at: null,
      wait: null,
      checking: null,
      reviewer: null,
      usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost_usd: null, unpriced_tokens: 0 },
      check_summary: null,
      base_commit: null,
      head_commit: null,
      progress: 0,
      error: null,
      started_at: null,
      completed_at: null,
    })
    expect(await listTasks(db.reader, newId())).toEqual([])
  })

  it('include their data for a brief', async () => {
    const { jobId, agentId } = await storeAttempted(db)
    const id = await storeTask(db, { jobId, agentId }, { acceptance: ['it runs'], checks: ['npm test'] })
    expect(await readTask(db.reader, id)).toEqual({
      id,
      key: 'build',
      title: 'Build it',
      description: 'All of it.',
      role: 'developer',
      kind: 'build',
      acceptance: ['it runs'],
      checks: ['npm test'],
    })
    expect(await readTask(db.reader, newId())).toBeNull()
  })

  it('change only in the named fields', async () => {
    const { jobId, taskId } = await storeAttempted(db)
    const date = new Date(at)
    await underLock(db, jobId, async (trx) => {
      await updateTask(trx, taskId, {
        status: 'failed',
        error: 'no',
        started_at: date,
        completed_at: date,
      })
      await updateTask(trx, taskId, {})
    })
    const ended = { status: 'failed', error: 'no', started_at: at, completed_at: at }
    expect(await taskOf(jobId, taskId)).toMatchObject(ended)
    await underLock(db, jobId, (trx) => updateTask(trx, taskId, { completed_at: null, error: null }))
    expect(await taskOf(jobId, taskId)).toMatchObject({ ...ended, error: null, completed_at: null })
  })

  it('show the state of their attempts, and the activity of their agent', async () => {
    const { jobId, agentId, taskId, attemptId } = await storeAttempted(db)
    const place = { jobId, agentId, taskId }
    const change = { base_commit: 'b', head_commit: 'h', input_tokens: 1 }
    await underLock(db, jobId, (trx) =>
      trx.updateTable('attempts').set(change).where('id', '=', attemptId).execute(),
    )
    await storeAttempt(db, place, { kind: 'review', subjectId: attemptId }, { input_tokens: 2 })
    await underLock(db, jobId, async (trx) => {
      await beginActivity(trx, attemptId)
      await updateAgent(trx, agentId, { last_activity: 'reads', last_activity_at: new Date(at) })
    })
    expect(await taskOf(jobId, taskId)).toMatchObject({
      attempts: 1,
      attempt_id: attemptId,
      usage: { input_tokens: 3 },
      base_commit: 'b',
      head_commit: 'h',
      activity: 'reads',
      activity_at: at,
      reviewer: null,
    })
  })

  it('name their reviewer during a review', async () => {
    const { jobId, taskId, attemptId } = await storeAttempted(db)
    const reviewer = await storeAgent(db, jobId, { name: 'Reviewer', role: 'reviewer' })
    await storeAttempt(
      db,
      { jobId, taskId, agentId: reviewer },
      { kind: 'review', subjectId: attemptId },
      { status: 'running' },
    )
    await underLock(db, jobId, (trx) => updateTask(trx, taskId, { status: 'review' }))
    expect(await taskOf(jobId, taskId)).toMatchObject({ reviewer: 'Reviewer', progress: 70 })
  })

  it('show the results of the newest round of their checks, without its setup', async () => {
    const { jobId, taskId } = await storeAttempted(db)
    const round = async (checks: readonly NewCheck[]): Promise<void> => {
      const workId = await storeWork(db, jobId, { taskId })
      await underLock(db, jobId, (trx) =>
        insertChecks(trx, { jobId, workId, taskId, attemptId: null }, checks),
      )
    }
    await round([check('fail'), check('fail')])
    expect((await taskOf(jobId, taskId))?.check_summary).toEqual({ total: 2, passed: 0, failed: 2 })
    await round([check('fail', { kind: 'setup' }), check('pass'), check('pass'), check('fail')])
    expect((await taskOf(jobId, taskId))?.check_summary).toEqual({ total: 3, passed: 2, failed: 1 })
  })

  it('that have begun show what they wait for: a slot, otherwise the wait of the job, and nothing while they are worked on', async () => {
    const { jobId, taskId, attemptId } = await storeAttempted(db)
    expect((await taskOf(jobId, taskId))?.wait).toBeNull()
    const wait = { for: 'retry', on: 'it', since: at, until: at } as const
    await underLock(db, jobId, (trx) => updateJob(trx, jobId, { wait }))
    expect((await taskOf(jobId, taskId))?.wait).toEqual(wait)
    await storeWork(db, jobId, { taskId, attemptId, kind: 'checks' })
    expect((await taskOf(jobId, taskId))?.wait).toMatchObject({ for: 'capacity' })
    const { work } = await claimWork(db, jobId)
    const checking = { command: 'npm test', number: 1, total: 1, started_at: at }
    await underLock(db, jobId, (trx) => setCurrentCheck(trx, work.id, checking))
    expect(await taskOf(jobId, taskId)).toMatchObject({ wait: null, checking })
    await underLock(db, jobId, (trx) => updateTask(trx, taskId, { status: 'completed' }))
    expect((await taskOf(jobId, taskId))?.wait).toBeNull()
  })

  it('do not wait for a slot when only git work is queued', async () => {
    const { jobId, taskId, attemptId } = await storeAttempted(db)
    await storeWork(db, jobId, { taskId, attemptId, kind: 'merge' })
    expect((await taskOf(jobId, taskId))?.wait).toBeNull()
  })

  it('that are not done begin again with the job, except those that a person cancelled', async () => {
    const { jobId, agentId } = await storeAttempted(db)
    const place = { jobId, agentId }
    const add = (status: 'completed' | 'failed' | 'cancelled'): Promise<string> =>
      storeTask(db, place, {}, { status, error: 'it ended', completed_at: new Date(at) })
    const ids = [await add('completed'), await add('failed'), await add('cancelled')]
    await underLock(db, jobId, async (trx) => {
      await requestTaskCancel(trx, ids[2] ?? '')
      await reopenTasks(trx, jobId)
    })
    const tasks = await Promise.all(ids.map((id) => taskOf(jobId, id)))
    expect(tasks.map((task) => [task?.status, task?.error, task?.completed_at])).toEqual([
      ['completed', 'it ended', at],
      ['pending', null, null],
      ['cancelled', 'it ended', at],
    ])
  })

  it('get their plan from the last planning task of the architect', async () => {
    const jobId = await storeJob(db)
    const place = { jobId, agentId: await storeAgent(db, jobId) }
    const planning = (): Promise<{ id: string } | null> =>
      underLock(db, jobId, (trx) => planningTask(trx, jobId))
    await storeTask(db, place, { kind: 'plan', role: 'product_owner', position: 9 })
    await storeTask(db, place, { role: 'architect', position: 8 })
    expect(await planning()).toBeNull()
    await storeTask(db, place, { kind: 'plan', role: 'architect', position: 1 })
    const id = await storeTask(db, place, { kind: 'plan', role: 'architect', position: 2 })
    expect(await planning()).toEqual({ id })
  })
})

describe("a person's action on a task", () => {
  it('to start it over resets it, with notes, and ignores earlier attempts', async () => {
    const { jobId, taskId } = await storeAttempted(db)
    await underLock(db, jobId, async (trx) => {
      await updateTask(trx, taskId, { status: 'failed', error: 'no', completed_at: new Date() })
      await requestTaskCancel(trx, taskId)
      await startOver(trx, taskId, [{ kind: 'note', summary: 'try this' }])
    })
    expect(await taskOf(jobId, taskId)).toMatchObject({ status: 'pending', error: null, completed_at: null })
    expect(await isTaskCancelRequested(db.reader, taskId)).toBe(false)
    const row = await db.reader
      .selectFrom('tasks')
      .select(['tries_from', 'notes'])
      .where('id', '=', taskId)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ tries_from: 2, notes: '[{"kind":"note","summary":"try this"}]' })
  })

  it('to cancel it, or its job, is seen by its worker', async () => {
    const { jobId, taskId } = await storeAttempted(db)
    const other = await storeTask(db, { jobId, agentId: await storeAgent(db, jobId) })
    const wanted = (): Promise<boolean[]> =>
      Promise.all([taskId, other, null].map((task) => isCancelRequested(db.reader, jobId, task)))
    expect(await wanted()).toEqual([false, false, false])
    await underLock(db, jobId, (trx) => requestTaskCancel(trx, taskId))
    expect(await wanted()).toEqual([true, false, false])
    expect(await isTaskCancelRequested(db.reader, null)).toBe(false)
    await underLock(db, jobId, (trx) => updateJob(trx, jobId, { cancel_requested_at: new Date() }))
    expect(await wanted()).toEqual([true, true, true])
  })
})
