import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeAttempted, storeJob, storeTask } from '../../../test/helpers/stored-job.ts'
import { openTestApp, type TestApp } from '../../../test/helpers/test-app.ts'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { eventually } from '../../../test/helpers/until.ts'
import type { PlanEdit } from '../../contract/plan.ts'
import { serverAct } from '../../engine/job-transactions.ts'
import type { Database } from '../../store/database/database.ts'
import { savePlans } from '../../store/plans.ts'

let opened: TestApp
let db: Database

beforeAll(async () => {
  opened = await openTestApp()
  db = opened.server.engine.db
})
afterAll(() => opened.close())

/** Asks; returns the status and the answer. */
async function ask(...asked: Parameters<TestApp['ask']>): Promise<[number, Record<string, unknown>]> {
  const response = await opened.ask(...asked)
  const text = await response.text()
  return [response.status, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)]
}

function form(...names: readonly string[]): FormData {
  const made = new FormData()
  made.set('vision', 'a counter')
  made.set('backend', 'offline')
  for (const name of names) made.append('documents', new File(['x'], name, { type: 'text/plain' }))
  return made
}

describe('a job', () => {
  it('is accepted with its documents, and its address is returned', async () => {
    const response = await opened.ask('POST', '/api/jobs', form('a.txt', 'b.txt'))
    const job = (await response.json()) as { id: string; job_id: string; documents: unknown[] }
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`/api/jobs/${job.id}`)
    expect(job).toMatchObject({
      job_id: job.id,
      status: 'queued',
      documents: [{ name: 'a.txt' }, { name: 'b.txt' }],
    })
    expect(await ask('GET', `/api/jobs/${job.id}`)).toEqual([200, expect.objectContaining({ id: job.id })])
  })

  it('is returned again, in its current state, for the same Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'once' }
    const [, first] = await ask('POST', '/api/jobs', form('a.txt'), key)
    await ask('POST', `/api/jobs/${String(first['id'])}/priority`, { priority: 'low' })
    const [status, again] = await ask('POST', '/api/jobs', form('a.txt'), key)
    expect([status, again['id'], again['documents']]).toEqual([201, first['id'], first['documents']])
    expect(again).toMatchObject({ options: { priority: 'low' } })
    expect((await ask('POST', '/api/jobs', form(), key))[1]).toMatchObject({ code: 'idempotency_key_reused' })
    expect((await ask('POST', '/api/jobs', form(), { 'idempotency-key': 'a b' }))[1]).toMatchObject({
      code: 'bad_idempotency_key',
    })
  })

  it('has a vision of plain text', async () => {
    for (const vision of ['a\u0000b', 'a\ud800', '', 7]) {
      const [status, { code, error }] = await ask('POST', '/api/jobs', { vision })
      expect([status, code]).toEqual([400, 'invalid_request'])
      expect(error).toContain('vision')
    }
  })

  it('is deleted after its end, and not during a backup', async () => {
    const id = await storeJob(db, {}, { status: 'failed' })
    const running = await storeJob(db, {}, { status: 'running' })
    expect((await ask('DELETE', `/api/jobs/${running}`))[1]).toMatchObject({ code: 'job_not_ended' })
    const directory = path.join(makeDir('slipway-backup-'), 'first')
    expect(await ask('POST', '/api/backup', { directory })).toMatchObject([202, { status: 'running' }])
    expect((await ask('DELETE', `/api/jobs/${id}`))[1]).toMatchObject({ code: 'backup_underway' })
    await eventually(() => expect(opened.server.backups.view().status).toBe('done'))
    expect(await ask('DELETE', `/api/jobs/${id}`)).toEqual([204, {}])
    expect(await ask('GET', `/api/jobs/${id}`)).toEqual([
      404,
      { code: 'not_found', error: `There is no job ${id}.` },
    ])
  })

  it('is cancelled and restarted, and returned in its new state', async () => {
    const id = await storeJob(db, {}, { status: 'failed' })
    expect(await ask('POST', `/api/jobs/${id}/cancel`)).toMatchObject([409, { code: 'not_cancellable' }])
    expect(await ask('POST', `/api/jobs/${id}/restart`)).toMatchObject([202, { id, status: 'queued' }])
    expect(await ask('POST', `/api/jobs/${id}/cancel`)).toMatchObject([202, { id }])
  })
})

it('jobs are listed by the given filters', async () => {
  await storeJob(db, { title: 'a list of birds' }, { status: 'failed' })
  expect(await ask('GET', '/api/jobs?q=birds&page_size=1')).toMatchObject([
    200,
    { total: 1, page_size: 1, jobs: [{ title: 'a list of birds' }] },
  ])
  expect(await ask('GET', '/api/jobs?page=0')).toMatchObject([400, { issues: [{ path: 'page' }] }])
  expect(await ask('GET', '/api/jobs?q=a%00')).toMatchObject([400, { issues: [{ path: 'q' }] }])
})

it('documents are added, listed and removed', async () => {
  const id = await storeJob(db)
  const documents = new FormData()
  documents.append('documents', new File(['x'], 'a.txt'))
  const [status, added] = await ask('POST', `/api/jobs/${id}/documents`, documents)
  expect([status, added]).toMatchObject([201, { documents: [{ name: 'a.txt' }] }])
  expect(await ask('GET', `/api/jobs/${id}/documents`)).toEqual([200, added])
  const [{ id: documentId } = { id: '' }] = added['documents'] as { id: string }[]
  expect(await ask('DELETE', `/api/jobs/${id}/documents/${documentId}`)).toEqual([204, {}])
  expect(await ask('DELETE', `/api/jobs/${id}/documents/${documentId}`)).toMatchObject([404, {}])
  expect(await ask('DELETE', `/api/jobs/${id}/documents/a.txt`)).toEqual([
    404,
    { code: 'not_found', error: 'There is no document "a.txt".' },
  ])
})

describe('a plan', () => {
  const task = (key: string, depends_on: string[] = []): object => ({
    key,
    title: 'A',
    description: 'All of it.',
    depends_on,
  })
  const edit = (...tasks: object[]): object => ({ version: 1, plan: { title: 'P', tasks } })

  it('that is invalid is refused with the names of its tasks', async () => {
    const id = await storeJob(db)
    const errorOf = async (body: object): Promise<unknown> =>
      (await ask('PUT', `/api/jobs/${id}/plan`, body))[1]['error']
    expect(await errorOf(edit({ ...task('a'), title: '' }))).toContain('task "a": ')
    expect(await errorOf(edit(task('a'), { ...task('B') }))).toContain('task "B": ')
    expect(await errorOf(edit({ title: 'A' }))).toContain('task "number 1": ')
    expect(await errorOf(edit(task('a', ['b'])))).toBe(
      'plan.tasks.0.depends_on: task "a" depends on "b", which is not in the plan',
    )
    expect(await errorOf({ version: 1 })).toBe('plan: Invalid input: expected object, received undefined')
  })

  it('that waits is edited, rejected or approved', async () => {
    const { plan }: PlanEdit = {
      version: 1,
      plan: {
        title: 'P',
        summary: '',
        checks: [],
        tasks: [
          {
            key: 'a',
            title: 'A',
            description: 'A.',
            role: 'developer',
            depends_on: [],
            acceptance: [],
            checks: [],
          },
        ],
      },
    }
    const wait = { for: 'approval', on: 'a plan', since: new Date(0).toISOString(), until: null } as const
    const id = await storeJob(db, { approvePlan: true }, { status: 'waiting', wait, plan_version: 1 })
    await serverAct(db, id, ({ trx }) => savePlans(trx, id, { proposed: plan }))
    const { agentId } = await storeAttempted(db)
    await storeTask(db, { jobId: id, agentId }, { kind: 'plan', key: 'plan' })
    expect(await ask('GET', `/api/jobs/${id}/plan`)).toMatchObject([200, { state: 'proposed', version: 1 }])
    const changed = { version: 1, plan: { ...plan, title: 'Q' } }
    expect(await ask('PUT', `/api/jobs/${id}/plan`, changed)).toMatchObject([200, { version: 2 }])
    expect(await ask('POST', `/api/jobs/${id}/approve`, { version: 1 })).toMatchObject([
      409,
      { code: 'plan_changed' },
    ])
    expect(await ask('POST', `/api/jobs/${id}/approve`)).toMatchObject([202, { status: 'running' }])
    expect(await ask('POST', `/api/jobs/${id}/reject`, { note: 'No.' })).toMatchObject([
      409,
      { code: 'not_waiting_for_approval' },
    ])
  })
})

describe('a running job', () => {
  it('takes a message, and refuses one for an unknown agent', async () => {
    const { jobId, agentId, taskId } = await storeAttempted(db)
    const message = { text: 'Mind the gap.', agent_id: agentId }
    expect(await ask('POST', `/api/jobs/${jobId}/message`, message)).toMatchObject([202, { id: jobId }])
    expect(await ask('POST', `/api/jobs/${jobId}/message`, { ...message, agent_id: taskId })).toMatchObject([
      404,
      {},
    ])
    expect(await ask('POST', `/api/jobs/${jobId}/message`, { ...message, text: ' ' })).toMatchObject([
      400,
      {},
    ])
  })

  it('has tasks that can be cancelled and started over', async () => {
    const { jobId, taskId } = await storeAttempted(db, { mode: 'team' })
    const task = `/api/jobs/${jobId}/tasks/${taskId}`
    expect(await ask('POST', `${task}/retry`)).toMatchObject([409, { code: 'not_retryable' }])
    expect(await ask('POST', `${task}/cancel`)).toMatchObject([202, { id: jobId }])
    expect(await ask('POST', `/api/jobs/${jobId}/tasks/one/retry`, { note: '' })).toEqual([
      404,
      { code: 'not_found', error: 'There is no task "one".' },
    ])
  })

  it.each([
    ['permissions/one', { option_id: 'allow' }, 'There is no permission "one".'],
    ['findings/one/waive', { reason: 'r' }, 'There is no finding "one".'],
  ])('answers 404 at %s', async (path, body, error) => {
    const { jobId } = await storeAttempted(db)
    expect(await ask('POST', `/api/jobs/${jobId}/${path}`, body)).toEqual([404, { code: 'not_found', error }])
  })

  it('shows an attempt with its transcript', async () => {
    const { jobId, attemptId, taskId } = await storeAttempted(db)
    expect(await ask('GET', `/api/jobs/${jobId}/attempts/${attemptId}`)).toMatchObject([
      200,
      { id: attemptId, transcript: [] },
    ])
    expect(await ask('GET', `/api/jobs/${jobId}/attempts/${taskId}`)).toEqual([
      404,
      { code: 'not_found', error: `The job has no attempt ${taskId}.` },
    ])
  })
})
