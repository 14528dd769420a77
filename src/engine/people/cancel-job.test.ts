import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptJob,
  beginPretended,
  endPretended,
  pretended,
  settle,
} from '../../../test/helpers/pretend-work.ts'
import { isAdvanceDue, journalOf, storeJob, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { eventually } from '../../../test/helpers/until.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts } from '../../store/attempts.ts'
import { deletedJobs, markDeleted } from '../../store/deletion.ts'
import { readJob } from '../../store/jobs.ts'
import { listAgents, listTasks } from '../../store/views/team-views.ts'
import { cancelChannel } from '../engine.ts'
import { cancelJob, restartJob } from './cancel-job.ts'
import { deleteJob, resumeDeletions } from './delete-job.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const stopped = { kind: 'error', message: 'stopped' } as const

async function jobOf(id: string) {
  return readJob(engine.db.reader, id)
}

/** Accepts a job that one agent does, and lets its attempts fail until it has failed. */
async function failed(): Promise<string> {
  const id = await acceptJob(engine, { mode: 'solo' })
  for (let n = 0; n < 4; n += 1)
    await pretended.session(engine, id, { status: 'failed', error: 'it crashed' })
  return id
}

describe('cancelling a job', () => {
  it('is requested once, by a person, and reaches the worker', async () => {
    const id = await acceptJob(engine)
    const heard: (string | null)[] = []
    const stop = await engine.db.listen(cancelChannel, (payload) => heard.push(payload))
    await cancelJob(engine, id)
    await cancelJob(engine, id)
    await eventually(() => expect(heard).toEqual([id]))
    await stop()
    expect((await journalOf(engine.db, id)).slice(-1)).toEqual(['person job.cancel_requested'])
    expect(await isAdvanceDue(engine.db, id)).toBe(true)
  })

  it('withdraws work that no worker has begun, and ends the job at once', async () => {
    const id = await acceptJob(engine)
    await cancelJob(engine, id)
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'cancelled', phase: 'queued', error: null })
    const tasks = await listTasks(engine.db.reader, id)
    expect(tasks.map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'cancelled' }])
    const agents = await listAgents(engine.db.reader, id)
    expect(new Set(agents.map(({ status, task_id }) => `${status} ${task_id ?? '-'}`))).toEqual(
      new Set(['idle -']),
    )
    expect((await journalOf(engine.db, id)).slice(-4)).toEqual([
      'server work.cancelled',
      'server task.cancelled',
      'server task.cancelled',
      'server job.cancelled',
    ])
  })

  it('while checks run ends it when they have ended', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    await pretended.session(engine, id)
    await pretended.merge(engine, id)
    const checking = await beginPretended(engine, id)
    expect(checking.work.kind).toBe('checks')
    await cancelJob(engine, id)
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'running', phase: 'proving' })
    await endPretended(engine, checking, { outcome: stopped, status: 'cancelled' })
    expect(await jobOf(id)).toMatchObject({ status: 'cancelled', phase: 'proving' })
    expect((await listTasks(engine.db.reader, id))[0]?.status).toBe('completed')
  })

  it.each(['completed', 'failed', 'cancelled'] as const)('is refused when it is %s', async (status) => {
    const id = await storeJob(engine.db, {}, { status })
    const refused = { code: 'not_cancellable', message: expect.stringContaining(status) }
    await expect(cancelJob(engine, id)).rejects.toMatchObject(refused)
    expect(await journalOf(engine.db, id)).toEqual([])
  })
})

describe('restarting a job', () => {
  it('continues where it stopped: finished tasks stay done, and attempts are counted anew', async () => {
    const id = await acceptJob(engine)
    await pretended.session(engine, id)
    await pretended.merge(engine, id)
    for (let n = 0; n < 4; n += 1)
      await pretended.session(engine, id, { status: 'failed', error: 'it crashed' })
    expect(await jobOf(id)).toMatchObject({ status: 'failed', phase: 'error', epoch: 1 })
    await restartJob(engine, id)
    expect(await jobOf(id)).toMatchObject({
      status: 'queued',
      phase: 'queued',
      error: null,
      completed_at: null,
      epoch: 2,
    })
    expect((await journalOf(engine.db, id)).at(-1)).toBe('person job.restarted')
    await settle(engine, id)
    const tasks = await listTasks(engine.db.reader, id)
    expect(tasks.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'requirements completed',
      'design running',
    ])
    expect((await listAttempts(engine.db.reader, id)).at(-1)).toMatchObject({ status: 'queued', number: 5 })
    for (let n = 0; n < 3; n += 1)
      await pretended.session(engine, id, { status: 'failed', error: 'it crashed' })
    expect(await jobOf(id)).toMatchObject({ status: 'running' })
  })

  it('after a cancel continues it, and it is no longer cancelled', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    await cancelJob(engine, id)
    await settle(engine, id)
    await restartJob(engine, id)
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'queued', cancel_requested_at: null })
    expect((await listTasks(engine.db.reader, id))[0]?.status).toBe('running')
  })

  it.each(['queued', 'running', 'waiting', 'completed'] as const)(
    'is refused when it is %s',
    async (status) => {
      const id = await storeJob(engine.db, {}, { status })
      await expect(restartJob(engine, id)).rejects.toMatchObject({ code: 'not_restartable' })
      await expect(restartJob(engine, newId())).rejects.toMatchObject({ code: 'not_found' })
    },
  )
})

describe('deleting a job', () => {
  const place = (id: string): string => path.join(engine.dataDir, 'jobs', id)

  it('removes its rows and its files after its end', async () => {
    const id = await failed()
    fs.mkdirSync(path.join(place(id), 'repo.git'), { recursive: true })
    await deleteJob(engine, id)
    expect(await jobOf(id)).toBeNull()
    expect(await deletedJobs(engine.db.reader)).toEqual([])
    expect(fs.existsSync(place(id))).toBe(false)
    await expect(deleteJob(engine, id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is refused while it runs, and removes nothing', async () => {
    const id = await acceptJob(engine)
    await expect(deleteJob(engine, id)).rejects.toMatchObject({ code: 'job_not_ended' })
    expect(await jobOf(id)).not.toBeNull()
  })

  it('is completed after a crash', async () => {
    const id = await storeJob(engine.db, {}, { status: 'failed' })
    fs.mkdirSync(place(id), { recursive: true })
    await underLock(engine.db, id, (trx) => markDeleted(trx, id))
    await resumeDeletions(engine)
    expect(await deletedJobs(engine.db.reader)).toEqual([])
    expect(fs.existsSync(place(id))).toBe(false)
  })
})
