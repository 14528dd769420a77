import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { acceptJob, settle } from '../../../test/helpers/pretend-work.ts'
import { addFixture, claimFor, workOn } from '../../../test/helpers/real-work.ts'
import { isAdvanceDue, journalOf, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { until } from '../../../test/helpers/until.ts'
import { AppError } from '../../lib/app-error.ts'
import { listAttempts } from '../../store/attempts.ts'
import { listChecks } from '../../store/checks.ts'
import { readJob, type JobRow, type NewJobRow } from '../../store/jobs.ts'
import { listAgents } from '../../store/views/team-views.ts'
import { endWork, readWork } from '../../store/work.ts'
import type { Engine } from '../engine.ts'
import { openOwnProgram } from '../own-program.ts'
import { cancelJob } from '../people/cancel-job.ts'
import { cancelTask } from '../people/task-actions.ts'
import { runWork } from './run-work.ts'

let opened: TestEngine
let engine: Engine
let writer: string
let waiter: string

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
  writer = await addFixture(engine, { turn: [{ write: ['a.txt', 'a\n'] }, { say: 'Done.' }] })
  waiter = await addFixture(engine, { turn: [{ write: ['begun', ''] }, { waitFor: 'go' }] })
})
afterAll(() => opened.close())

async function jobOf(id: string): Promise<JobRow> {
  const job = await readJob(engine.db.reader, id)
  if (job === null) throw new Error(`no job ${id}`)
  return job
}

function accept(given: Partial<NewJobRow> = {}): Promise<string> {
  return acceptJob(engine, { mode: 'solo', backend: writer, checks: ['test -s a.txt'], ...given })
}

async function attemptDirOf(id: string): Promise<string> {
  const attempt = (await listAttempts(engine.db.reader, id)).at(-1)
  return path.join(engine.dataDir, 'jobs', id, 'attempts', attempt?.id ?? '')
}

/** Begins the next work of a job whose agent waits, and waits for the agent. */
async function beginWaiting(id: string): Promise<{ done: Promise<void>; workId: string; go: () => void }> {
  const entry = await claimFor(engine, id)
  const done = runWork(engine, entry)
  const workspace = path.join(await attemptDirOf(id), 'ws')
  await until('the agent to begin', 15_000, () =>
    Promise.resolve(fs.existsSync(path.join(workspace, 'begun')) ? true : null),
  )
  return { done, workId: entry.id, go: () => fs.writeFileSync(path.join(workspace, 'go'), '') }
}

/** An engine whose program was replaced. */
function upgraded(): Engine {
  return { ...engine, program: openOwnProgram(makeDir('slipway-gone-'), '1.0.0') }
}

it('a job is built, merged, checked and delivered, with an event for each step', async () => {
  const id = await accept()
  await workOn(engine, id)
  expect(await jobOf(id)).toMatchObject({
    status: 'running',
    phase: 'building',
    started_at: expect.any(Date),
  })
  expect(await listAttempts(engine.db.reader, id)).toMatchObject([
    {
      status: 'succeeded',
      stop_reason: 'end_turn',
      head_commit: expect.any(String),
      ended_at: expect.any(String),
    },
  ])
  await workOn(engine, id, 'repository')
  const { head_commit: head } = await jobOf(id)
  await workOn(engine, id)
  await workOn(engine, id, 'repository')
  const result = path.join(engine.dataDir, 'jobs', id, 'result')
  expect(await jobOf(id)).toMatchObject({
    status: 'completed',
    proof: 'proven',
    result_path: result,
    head_commit: head,
  })
  expect(fs.readFileSync(path.join(result, 'a.txt'), 'utf8')).toBe('a\n')
  expect(await listChecks(engine.db.reader, id)).toMatchObject([
    { command: 'test -s a.txt', verdict: 'pass', commit: head, scope: 'job', origin: 'person' },
  ])
  expect(await journalOf(engine.db, id)).toEqual([
    'server task.created',
    'server task.ready',
    'server attempt.created',
    'server job.started',
    'agent:Developer attempt.started',
    'server session.prepared',
    'server session.started',
    'agent:Developer session.message',
    'agent:Developer attempt.succeeded',
    'server task.merged',
    'server task.completed',
    'server job.phase',
    'server checks.started',
    'server check.started',
    'server check.finished',
    'server job.phase',
    'server job.delivered',
    'server job.completed',
  ])
  expect(engine.running.count()).toBe(0)
})

describe('claimed work', () => {
  it('does not begin if its job or task was cancelled meanwhile, but makes the job due', async () => {
    const id = await accept()
    const entry = await claimFor(engine, id)
    await cancelJob(engine, id)
    await underLock(engine.db, id, (trx) =>
      trx.updateTable('jobs').set({ advance_due_at: null }).where('id', '=', id).execute(),
    )
    await runWork(engine, entry)
    expect(await readWork(engine.db.reader, entry.id)).toMatchObject({ status: 'queued' })
    expect(await isAdvanceDue(engine.db, id)).toBe(true)
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'cancelled', started_at: null })
    await runWork(engine, entry)
    expect(await journalOf(engine.db, id)).not.toContain('server job.started')
  })

  it('does not begin with an outdated lease', async () => {
    const id = await accept()
    const entry = await claimFor(engine, id)
    await runWork(engine, { ...entry, lease: entry.lease - 1 })
    expect(await readWork(engine.db.reader, entry.id)).toMatchObject({ status: 'queued' })
    expect(await jobOf(id)).toMatchObject({ status: 'queued' })
  })

  it('that no longer exists does nothing', async () => {
    const id = await accept()
    const entry = await claimFor(engine, id)
    await underLock(engine.db, id, (trx) => trx.deleteFrom('work').where('id', '=', entry.id).execute())
    await runWork(engine, entry)
    expect(engine.running.count()).toBe(0)
  })
})

describe('running work', () => {
  it('cannot report after it lost its lease, and its result is ignored', async () => {
    const id = await accept({ backend: waiter })
    const { done, workId, go } = await beginWaiting(id)
    expect(engine.running.jobs()).toMatchObject([{ jobId: id }])
    await underLock(engine.db, id, (trx) => endWork(trx, workId, null, 'lost', null))
    const before = await journalOf(engine.db, id)
    go()
    await done
    expect(await readWork(engine.db.reader, workId)).toMatchObject({ status: 'lost', outcome: null })
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'running', head_commit: null }])
    expect(await journalOf(engine.db, id)).toEqual(before)
    expect(engine.running.count()).toBe(0)
  })

  it('is stopped when a person cancels the job, and then the job ends', async () => {
    const id = await accept({ backend: waiter })
    const { done, workId } = await beginWaiting(id)
    await cancelJob(engine, id)
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'running' })
    engine.running.abort(id, undefined)
    await done
    await settle(engine, id)
    expect(await readWork(engine.db.reader, workId)).toMatchObject({ status: 'done' })
    expect(await jobOf(id)).toMatchObject({ status: 'cancelled' })
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([
      { status: 'cancelled', error: 'The attempt was stopped.', head_commit: expect.any(String) },
    ])
    expect(await listAgents(engine.db.reader, id)).toMatchObject([{ status: 'idle', task_id: null }])
  })

  it('is stopped with the server: it is lost and does not count as a failure', async () => {
    const id = await accept({ backend: waiter })
    const { done } = await beginWaiting(id)
    engine.running.abortAll()
    await done
    await settle(engine, id)
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'lost' }, { status: 'queued' }])
  })

  it('of checks is stopped too, and leaves no process behind', async () => {
    const id = await accept({ checks: ['touch begun && sleep 600'] })
    await workOn(engine, id)
    await workOn(engine, id, 'repository')
    const entry = await claimFor(engine, id)
    const done = runWork(engine, entry)
    const dir = path.join(engine.dataDir, 'jobs', id, 'checks', entry.id)
    await until('the check to begin', 15_000, () =>
      Promise.resolve(engine.launcher.runningIn(dir).length > 0 || null),
    )
    await cancelJob(engine, id)
    engine.running.abort(id, undefined)
    await done
    await settle(engine, id)
    expect(engine.launcher.runningIn(dir)).toEqual([])
    expect(await readWork(engine.db.reader, entry.id)).toMatchObject({ status: 'cancelled' })
    expect(await jobOf(id)).toMatchObject({ status: 'cancelled', phase: 'proving' })
  })

  it('is lost when the process that starts all others ends, and does not count as a failure', async () => {
    const id = await accept()
    const gone = new AppError('helper_gone', 'The process that starts all others has ended.')
    const launcher = { ...engine.launcher, launch: () => Promise.reject(gone) }
    const entry = await claimFor(engine, id)
    await runWork({ ...engine, launcher }, entry)
    expect(await readWork(engine.db.reader, entry.id)).toMatchObject({
      status: 'lost',
      outcome: { server: true },
    })
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'lost' }])
  })

  it('is not stopped when another task is cancelled', async () => {
    const id = await accept({ backend: waiter })
    const { done, go } = await beginWaiting(id)
    await expect(cancelTask(engine, id, id)).rejects.toMatchObject({ code: 'not_found' })
    engine.running.abort(id, 'another task')
    go()
    await done
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'succeeded' }])
  })
})

describe('work that throws', () => {
  it('for an unusable source fails the task at once, and not as a fault of the server', async () => {
    const id = await accept({ source: path.join(engine.dataDir, 'nowhere') })
    const entry = await claimFor(engine, id)
    await runWork(engine, entry)
    await settle(engine, id)
    expect(await readWork(engine.db.reader, entry.id)).toMatchObject({
      status: 'done',
      outcome: { kind: 'error', permanent: true, server: false, message: expect.stringContaining('nowhere') },
    })
    expect(await jobOf(id)).toMatchObject({ status: 'failed', error: expect.stringContaining('nowhere') })
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'failed' }])
    expect(await listAgents(engine.db.reader, id)).toMatchObject([{ status: 'failed', task_id: null }])
  })

  it('because the repository with earlier work is missing names its place', async () => {
    const id = await accept()
    await workOn(engine, id)
    fs.rmSync(path.join(engine.dataDir, 'jobs', id, 'repo.git'), { recursive: true })
    await workOn(engine, id, 'repository')
    expect(await jobOf(id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(`put jobs/${id} back there`),
    })
    expect(await journalOf(engine.db, id)).toContain('server merge.failed')
  })

  it('because the disk is full waits for space, and does not count as a failure', async () => {
    const id = await accept()
    const dir = await attemptDirOf(id)
    fs.mkdirSync(dir, { recursive: true })
    fs.symlinkSync('/dev/full', path.join(dir, 'exclude'))
    await workOn(engine, id)
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([
      { status: 'lost', error: expect.stringContaining('ENOSPC') },
      { status: 'queued' },
    ])
    const { outcome } = await engine.db.reader
      .selectFrom('attempts')
      .select('outcome')
      .where('job_id', '=', id)
      .where('status', '=', 'lost')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(outcome ?? '')).toMatchObject({
      held: { for: 'retry', on: 'room on the disk of the server' },
    })
  })

  it('because the program of a backend is missing waits for it', async () => {
    const slow = { ...engine, limits: { ...engine.limits, retryMs: 60_000 } }
    const id = await acceptJob(engine, { mode: 'solo', backend: 'codex' })
    await workOn(slow, id)
    expect(await jobOf(id)).toMatchObject({
      status: 'waiting',
      wait: { for: 'retry', on: expect.stringContaining('the backend "codex", which cannot be used') },
    })
  })
})

describe('while the program of the server is being replaced,', () => {
  it('failed work does not count, and waits for a restart', async () => {
    const id = await accept()
    await workOn(engine, id)
    fs.renameSync(
      path.join(engine.dataDir, 'jobs', id, 'repo.git'),
      path.join(engine.dataDir, 'jobs', id, 'moved'),
    )
    const entry = await claimFor(engine, id, 'repository')
    await runWork({ ...upgraded(), limits: { ...engine.limits, retryMs: 60_000 } }, entry)
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'waiting', wait: { for: 'upgrade' } })
    expect((await journalOf(engine.db, id)).slice(-2)).toEqual(['server merge.held', 'server job.waiting'])
  })

  it('successful work counts', async () => {
    const id = await accept()
    await runWork(upgraded(), await claimFor(engine, id))
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([{ status: 'succeeded' }])
  })
})
