import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  claimWork,
  storeAgent,
  storeAttempt,
  storeJob,
  storeTask,
  storeWork,
  underLock,
} from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import type { Snapshot } from '../domain/model.ts'
import type { Database } from './database/database.ts'
import { storeFindings } from './findings.ts'
import { savePlans } from './plans.ts'
import { writeProvider, writeTrouble } from './models/providers.ts'
import { readSnapshot } from './snapshot.ts'
import { requestTaskCancel, startOver } from './task-actions.ts'
import { updateTask } from './team.ts'
import { endWork } from './work.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const read = (jobId: string): Promise<Snapshot | null> =>
  underLock(db, jobId, (trx) => readSnapshot(trx, jobId))

it('the snapshot of a new job contains only the job', async () => {
  const id = await storeJob(db)
  expect(await read(id)).toEqual({
    job: {
      id,
      vision: 'v',
      title: 't',
      backend: 'offline',
      agents: {},
      mode: 'team',
      status: 'queued',
      phase: 'queued',
      progress: 0,
      wait: null,
      proof: null,
      parallelism: 2,
      epoch: 1,
      approvePlan: false,
      proposal: null,
      planApproved: false,
      planVersion: 0,
      headCommit: null,
      cancelRequested: false,
    },
    tasks: [],
    agents: [],
    attempts: [],
    work: [],
    findings: [],
    models: { spent: null, budgetVersion: -1, blocked: [] },
  })
})

it('contains everything that the rules read, in order', async () => {
  const jobId = await storeJob(db, { budget: { tokens: 3 } }, { cancel_requested_at: new Date() })
  const agentId = await storeAgent(db, jobId)
  const [b, a] = [
    await storeTask(db, { jobId, agentId }, { position: 1, key: 'b' }),
    await storeTask(db, { jobId, agentId }, { position: 0, key: 'a', dependsOn: ['x'], checks: ['true'] }),
  ]
  const place = { jobId, agentId, taskId: a }
  const ended_at = new Date(5)
  const outcome = { checks: ['npm test'] }
  const first = await storeAttempt(
    db,
    place,
    {},
    { status: 'succeeded', head_commit: 'h', changed: true, outcome, ended_at, input_tokens: 3 },
  )
  const review = await storeAttempt(db, place, { kind: 'review', subjectId: first }, { error: 'no' })
  const done = await storeWork(db, jobId, { kind: 'attempt', taskId: a, attemptId: first })
  await claimWork(db, jobId)
  const session = { kind: 'session' } as const
  await underLock(db, jobId, (trx) => endWork(trx, done, null, 'done', session))
  const held = await storeWork(db, jobId)
  await claimWork(db, jobId)
  const lost = await storeWork(db, jobId)
  await claimWork(db, jobId)
  const queued = await storeWork(db, jobId)
  await underLock(db, jobId, async (trx) => {
    await trx.updateTable('work').set({ lease_until: null }).where('id', '=', lost).execute()
    await startOver(trx, a, [{ kind: 'note', summary: 'again' }])
    await updateTask(trx, a, { status: 'running' })
    await requestTaskCancel(trx, b)
    await storeFindings(trx, jobId, 'c', [
      { rule: 'test_deleted', path: 'p', detail: '', message: 'p is gone' },
    ])
  })
  await db.tx(async (trx) => {
    const plain = { secret: null, header: null, headers: {}, responses: false, model: null, backends: [] }
    await writeProvider(trx, { name: 'p', wire: 'openai', base_url: 'http://localhost', ...plain })
    await writeTrouble(trx, 'p', { reason: 'it refuses', since: 's', until: null })
  })
  const snapshot = await read(jobId)
  expect(snapshot?.job.cancelRequested).toBe(true)
  const task = { kind: 'build', title: 'Build it', role: 'developer', phase: 'building', status: 'pending' }
  expect(snapshot?.tasks).toEqual([
    {
      ...task,
      id: a,
      key: 'a',
      position: 0,
      dependsOn: ['x'],
      checks: ['true'],
      agentId,
      triesFrom: 2,
      status: 'running',
      notes: [{ kind: 'note', summary: 'again' }],
      cancelRequested: false,
      error: null,
    },
    {
      ...task,
      id: b,
      key: 'b',
      position: 1,
      dependsOn: [],
      checks: [],
      agentId,
      triesFrom: 1,
      notes: [],
      cancelRequested: true,
      error: null,
    },
  ])
  expect(snapshot?.agents).toEqual([
    { id: agentId, name: 'Developer', role: 'developer', backend: 'offline', status: 'idle' },
  ])
  const attempt = { taskId: a, epoch: 1, number: 1 }
  expect(snapshot?.attempts).toEqual([
    {
      ...attempt,
      id: first,
      kind: 'work',
      subjectId: null,
      status: 'succeeded',
      headCommit: 'h',
      changed: true,
      outcome,
      error: null,
      endedAt: 5,
    },
    {
      ...attempt,
      id: review,
      kind: 'review',
      subjectId: first,
      status: 'queued',
      headCommit: null,
      changed: false,
      outcome: null,
      error: 'no',
      endedAt: null,
    },
  ])
  const checks = { epoch: 1, kind: 'checks', taskId: null, attemptId: null, outcome: null }
  expect(snapshot?.work).toEqual([
    {
      ...checks,
      id: done,
      kind: 'attempt',
      taskId: a,
      attemptId: first,
      status: 'done',
      held: false,
      outcome: session,
    },
    { ...checks, id: held, status: 'running', held: true },
    { ...checks, id: lost, status: 'running', held: false },
    { ...checks, id: queued, status: 'queued', held: true },
  ])
  expect(snapshot?.findings).toEqual([
    { id: expect.any(String), message: 'p is gone', commit: 'c', waived: false },
  ])
  expect(snapshot?.models).toEqual({
    spent: 'the budget: 3 of 3 tokens are used',
    budgetVersion: 0,
    blocked: [{ name: 'p', on: 'it refuses' }],
  })
})

it('omits the past of finished tasks, except while the job is being planned', async () => {
  const jobId = await storeJob(db)
  const agentId = await storeAgent(db, jobId)
  const past = async (kind: 'plan' | 'build'): Promise<void> => {
    const taskId = await storeTask(db, { jobId, agentId }, { kind, key: kind })
    const attemptId = await storeAttempt(db, { jobId, agentId, taskId }, {}, { status: 'succeeded' })
    const work = await storeWork(db, jobId, { kind: 'attempt', taskId, attemptId })
    await underLock(db, jobId, async (trx) => {
      await endWork(trx, work, null, 'done', { kind: 'session' })
      await updateTask(trx, taskId, { status: 'completed' })
      await savePlans(trx, jobId, { proposed: { title: 'P', summary: '', tasks: [], checks: [] } })
    })
  }
  await past('plan')
  const planning = await read(jobId)
  expect([planning?.attempts.length, planning?.work.length]).toEqual([1, 1])
  expect(planning?.job.proposal?.title).toBe('P')
  await past('build')
  const building = await read(jobId)
  expect([building?.attempts, building?.work, building?.job.proposal]).toEqual([[], [], null])
  expect(building?.tasks).toHaveLength(2)
})

it('reuses what cannot have changed from an earlier snapshot, and reads the rest again', async () => {
  const jobId = await storeJob(db)
  const agentId = await storeAgent(db, jobId)
  const first = await storeTask(db, { jobId, agentId }, { key: 'a', position: 0 })
  await underLock(db, jobId, async (trx) => {
    const before = await readSnapshot(trx, jobId)
    await updateTask(trx, first, { status: 'failed', error: 'no' })
    expect(await readSnapshot(trx, jobId, before)).toEqual(await readSnapshot(trx, jobId))
  })
  const before = await read(jobId)
  await storeTask(db, { jobId, agentId }, { key: 'b', position: 1 })
  await underLock(db, jobId, async (trx) => {
    expect((await readSnapshot(trx, jobId, before))?.tasks.map(({ key }) => key)).toEqual(['a', 'b'])
  })
})
