import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimWork, storeJob, storeWork, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { eventually } from '../../../test/helpers/until.ts'
import type { CanaryView } from '../../contract/server.ts'
import { newId } from '../../lib/ids.ts'
import { hiddenJobs, readCanary, writeCanary } from '../../store/server/canary.ts'
import { readJob, updateJob, type JobChange } from '../../store/jobs.ts'
import { deleteWorker, insertWorker } from '../../store/server/workers.ts'
import type { Engine, EngineLimits } from '../engine.ts'
import { openCreateJob } from '../job/create-job.ts'
import { openStreams, type Streams } from '../job/follow-events.ts'
import { serverAct } from '../job-transactions.ts'
import { judgeEnded, explainTimeout } from './canary-reason.ts'
import { openCanary, type Canary } from './canary.ts'

let opened: TestEngine
let engine: Engine
let streams: Streams
let canary: Canary
const HOUR_MS = 3_600_000

beforeEach(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
  streams = await openStreams(engine.db)
  canary = open({ retryMs: HOUR_MS })
})
afterEach(async () => {
  await canary.close()
  await streams.close()
  await opened.close()
})

function open(limits: Partial<EngineLimits> = {}): Canary {
  const limited = { ...engine, limits: { ...engine.limits, ...limits } }
  return openCanary({ engine: limited, streams, createJob: openCreateJob(limited) })
}

/** Lets the server believe that a worker is alive, which claims nothing. */
async function pretendWorker(slots = 1): Promise<void> {
  await engine.db.tx((trx) => insertWorker(trx, { id: engine.workerId, host: 'h', pid: 1, slots }))
}

/** Ends the job of the canary under way as if it had been worked on. */
async function endJob(change: JobChange, type: 'job.completed' | 'job.failed'): Promise<string> {
  const id = await eventually(async () => {
    const { canary: now } = await readCanary(engine.db.reader)
    if (now.status !== 'running' || now.job_id === null) throw new Error('the canary has no job yet')
    return now.job_id
  })
  await serverAct(engine.db, id, async ({ trx, append }) => {
    await updateJob(trx, id, { completed_at: new Date(), ...change })
    const said = { actor: 'server', message: 'It ended.' }
    await append([
      type === 'job.failed'
        ? { ...said, type }
        : { ...said, type, data: { proof: 'proven', reason: null, commit: null, path: null } },
    ])
  })
  return id
}

const proven = { status: 'completed', proof: 'proven' } as const
const plain: CanaryView = { status: 'never', at: null, duration_ms: null, job_id: null, reason: null }

describe('a canary', () => {
  it('passes with its job, and leaves nothing behind', async () => {
    await pretendWorker()
    expect(await canary.view()).toEqual(plain)
    const running = canary.run()
    const id = await endJob(proven, 'job.completed')
    const passed = { ...plain, status: 'passed', at: expect.any(String), duration_ms: expect.any(Number) }
    expect(await running).toEqual(passed)
    expect(await canary.view()).toEqual(passed)
    expect(canary.failing()).toBeNull()
    expect(await hiddenJobs(engine.db.reader)).toEqual([])
    expect(fs.existsSync(path.join(engine.dataDir, 'jobs', id))).toBe(false)
  })

  it('fails at once if no worker could do it', async () => {
    await pretendWorker(0)
    expect(await canary.run()).toMatchObject({
      status: 'failed',
      job_id: null,
      reason: expect.stringContaining('switched off'),
    })
    expect(canary.failing()).toContain('switched off')
  })

  it('fails with its job, whose rows are kept for inspection', async () => {
    await pretendWorker()
    const running = canary.run()
    const id = await endJob({ status: 'failed', error: 'no git' }, 'job.failed')
    expect(await running).toMatchObject({ status: 'failed', job_id: id, reason: 'Its job is failed: no git' })
    expect(canary.failing()).toBe('Its job is failed: no git')
    expect(await readJob(engine.db.reader, id)).not.toBeNull()
    const again = canary.run()
    await endJob(proven, 'job.completed')
    expect(await again).toMatchObject({ status: 'passed' })
    expect(canary.failing()).toBeNull()
    expect(await readJob(engine.db.reader, id)).toBeNull()
  })

  it('runs only once at a time, and shows its job meanwhile', async () => {
    await pretendWorker()
    const running = canary.run()
    await expect(open().run()).rejects.toMatchObject({ code: 'canary_underway' })
    const id = await endJob(proven, 'job.completed')
    expect(await hiddenJobs(engine.db.reader)).toEqual(expect.arrayContaining([id]))
    expect(await running).toMatchObject({ status: 'passed' })
  })

  it('that takes too long is given up, and its job is cancelled', async () => {
    await pretendWorker()
    await canary.close()
    canary = open({ canaryMs: 100, slots: 0, retryMs: HOUR_MS })
    const late = await canary.run()
    expect(late).toMatchObject({
      status: 'failed',
      job_id: expect.any(String),
      reason: expect.stringMatching(/^Its job did not complete within 0\.1 s: it is queued, queued\./),
    })
    expect(await readJob(engine.db.reader, late.job_id ?? '')).toMatchObject({
      cancel_requested_at: expect.any(Date),
    })
  })

  it('for which no slot was free proves nothing, and the earlier result stays', async () => {
    await pretendWorker()
    const other = await storeJob(engine.db)
    await storeWork(engine.db, other)
    await claimWork(engine.db, other)
    await canary.close()
    canary = open({ canaryMs: 100, retryMs: HOUR_MS })
    await expect(canary.run()).rejects.toMatchObject({ code: 'no_free_slot' })
    expect(await canary.view()).toEqual(plain)
    expect(await hiddenJobs(engine.db.reader)).toEqual([])
  })

  it('that was interrupted by a stop of the server shows that', async () => {
    await pretendWorker()
    const running = canary.run()
    await eventually(async () => expect(await canary.view()).toMatchObject({ job_id: expect.any(String) }))
    await canary.close()
    expect(await running).toMatchObject({ status: 'failed', reason: expect.stringContaining('was stopped') })
  })

  it('of a dead process does not count as running', async () => {
    const at = new Date().toISOString()
    const record = { workerId: newId(), canary: { ...plain, status: 'running', at } } as const
    await engine.db.tx((trx) => writeCanary(trx, record))
    expect(await canary.view()).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('run it again'),
    })
    await engine.db.tx((trx) => insertWorker(trx, { id: record.workerId, host: 'h', pid: 1, slots: 1 }))
    expect(await canary.view()).toMatchObject({ status: 'running' })
    const long = { ...record, canary: { ...record.canary, at: new Date(0).toISOString() } }
    await engine.db.tx((trx) => writeCanary(trx, long))
    expect(await canary.view()).toMatchObject({ status: 'failed' })
  })

  it('that failed is repeated automatically until one passes', async () => {
    await pretendWorker()
    await canary.close()
    canary = open({ retryMs: 0 })
    const running = canary.run()
    await endJob({ status: 'failed', error: 'no git' }, 'job.failed')
    const first = await running
    await eventually(async () => {
      const now = await canary.view()
      expect(now.status === 'running' && now.job_id !== null && now.job_id !== first.job_id).toBe(true)
    })
    canary.retry()
    await endJob(proven, 'job.completed')
    await eventually(() => expect(canary.failing()).toBeNull())
    expect(await canary.view()).toMatchObject({ status: 'passed' })
  })

  it('that cannot be recorded is repeated', async () => {
    await pretendWorker()
    const broken = { ...engine, db: { ...engine.db, tx: () => Promise.reject(new Error('it is away')) } }
    const other = openCanary({ engine: broken, streams, createJob: openCreateJob(engine) })
    await expect(other.run()).rejects.toThrow('it is away')
    other.retry()
    other.retry()
    await other.close()
    other.retry()
    const away = openCanary({ engine, streams, createJob: () => Promise.reject(new Error('no room')) })
    expect(await away.run()).toMatchObject({ status: 'failed', reason: 'no room', job_id: null })
    await away.close()
  })
})

describe('the reason of a failed canary', () => {
  const reasonOf = (end: Awaited<ReturnType<typeof judgeEnded>>): string =>
    end.end === 'failed' ? end.reason : end.end

  it.each([
    [proven, 'passed'],
    [{ status: 'completed', proof: 'unproven' }, 'Its job was completed, but is unproven.'],
    [{ status: 'completed' }, 'Its job was completed, but is without proof.'],
    [{ status: 'failed', error: 'no git' }, 'Its job is failed: no git'],
    [{ status: 'cancelled' }, 'Its job is cancelled: no reason given'],
  ] as const)('is taken from its job: %j', async (change, reason) => {
    expect(reasonOf(await judgeEnded(engine, await storeJob(engine.db, {}, change)))).toBe(reason)
  })

  it('is given for a job that no longer exists', async () => {
    expect(reasonOf(await judgeEnded(engine, newId()))).toBe('Its job is gone: no reason given')
    await pretendWorker()
    expect(reasonOf(await explainTimeout(engine, newId()))).toContain('it is gone. Its last event: none')
  })

  it('mentions workers without a heartbeat, and what a late job waits for', async () => {
    const id = await storeJob(engine.db)
    expect(reasonOf(await explainTimeout(engine, id))).toMatch(
      /no worker has sent a heartbeat for \d+ s\. Restart the server/,
    )
    await pretendWorker()
    const wait = { for: 'disk', on: 'room', since: '', until: null } as const
    await underLock(engine.db, id, (trx) =>
      updateJob(trx, id, { status: 'waiting', wait, started_at: new Date() }),
    )
    expect(reasonOf(await explainTimeout(engine, id))).toContain(
      'it is waiting for disk: room. Its last event: The job was accepted.',
    )
    await engine.db.tx((trx) =>
      trx
        .updateTable('workers')
        .set({ seen_at: Date.now() - 60_000 })
        .where('id', '=', engine.workerId)
        .execute(),
    )
    expect(reasonOf(await explainTimeout(engine, id))).toContain('no worker has sent a heartbeat for 60 s')
    await engine.db.tx((trx) => deleteWorker(trx, engine.workerId))
  })
})
