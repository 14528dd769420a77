import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimAttempt } from '../../test/helpers/claimed-attempt.ts'
import { newJobRow } from '../../test/helpers/new-job-row.ts'
import { newId } from '../lib/ids.ts'
import { openLog } from '../lib/log.ts'
import type { Database } from '../store/database/database.ts'
import { readEvents } from '../store/events.ts'
import { insertJobs, readJob, updateJob } from '../store/jobs.ts'
import { openDatabase } from '../store/database/open-database.ts'
import { dueAdvances, queueCounts } from '../store/queue.ts'
import { beginActivity } from '../store/team.ts'
import { listAgents } from '../store/views/team-views.ts'
import { endWork, readWork, stuckJobs, type WorkRow } from '../store/work.ts'
import { personAct, serverAct, serverActOnJobs, underLease } from './job-transactions.ts'
import { loseWork } from './job/lose-work.ts'

let dataDir: string
let db: Database

beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-transactions-'))
  db = await openDatabase({ dataDir, url: null, log: openLog('silent') })
})
afterAll(async () => {
  await db.close()
  fs.rmSync(dataDir, { recursive: true })
})

const event = { type: 'task.ready', actor: 'person', message: 'done' } as const
const nobody = newId()

async function accept(): Promise<string> {
  const row = newJobRow()
  await db.tx((trx) => insertJobs(trx, [row]))
  return row.id
}

async function phaseOf(jobId: string): Promise<string | undefined> {
  return (await readJob(db.reader, jobId))?.phase
}

async function typesOf(jobId: string): Promise<string[]> {
  return (await readEvents(db.reader, jobId, 0, 100)).map(({ type }) => type)
}

/** Whether anything is queued that would move the job. */
async function isQueued(jobId: string): Promise<boolean> {
  return !(await stuckJobs(db.reader)).includes(jobId)
}

describe('personAct', () => {
  it('commits the change, its events and an advance of the job together', async () => {
    const id = await accept()
    const seen = await personAct(db, id, async ({ trx, job, append }) => {
      await updateJob(trx, id, { phase: 'building' })
      await append([event])
      return job.phase
    })
    expect(seen).toBe('queued')
    expect(await phaseOf(id)).toBe('building')
    expect(await typesOf(id)).toEqual(['job.created', 'task.ready'])
    expect(await isQueued(id)).toBe(true)
  })

  it('keeps nothing of an action that was refused', async () => {
    const id = await accept()
    const refused = personAct(db, id, async ({ trx, append }) => {
      await updateJob(trx, id, { phase: 'building' })
      await append([event])
      throw new Error('refused')
    })
    await expect(refused).rejects.toThrow('refused')
    expect(await phaseOf(id)).toBe('queued')
    expect(await typesOf(id)).toEqual(['job.created'])
    expect(await isQueued(id)).toBe(false)
  })

  it('answers 404 for a job that does not exist', async () => {
    await expect(personAct(db, nobody, () => Promise.resolve())).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('underLease', () => {
  it('writes for the worker that holds the lease, and queues nothing by itself', async () => {
    const { claim } = await claimAttempt(db)
    expect(await underLease(db, claim, async ({ append }) => append([event]).then(() => 'written'))).toBe(
      'written',
    )
    expect(await typesOf(claim.work.job_id)).toContain('task.ready')
    expect(await dueAdvances(db.reader, 1000)).not.toContain(claim.work.job_id)
  })

  it.each([
    ['an older lease', (claim: { work: WorkRow; lease: number }) => ({ ...claim, lease: claim.lease - 1 })],
    ['a later lease', (claim: { work: WorkRow; lease: number }) => ({ ...claim, lease: claim.lease + 1 })],
  ])('writes nothing under %s', async (_what, other) => {
    const { claim } = await claimAttempt(db)
    expect(await underLease(db, other(claim), async ({ append }) => append([event]))).toBeNull()
    expect(await typesOf(claim.work.job_id)).not.toContain('task.ready')
  })

  it('writes nothing for work that has ended', async () => {
    const { claim } = await claimAttempt(db)
    await serverAct(db, claim.work.job_id, ({ trx }) => endWork(trx, claim.work.id, null, 'lost', null))
    expect(await underLease(db, claim, async ({ append }) => append([event]))).toBeNull()
  })
})

describe('serverAct', () => {
  it('writes nothing and returns null for a job that does not exist', async () => {
    expect(await serverAct(db, nobody, () => Promise.resolve('written'))).toBeNull()
  })

  it('queues an advance for later', async () => {
    const id = await accept()
    const before = await queueCounts(db.reader)
    await serverAct(db, id, ({ queueAdvance }) => queueAdvance(new Date(Date.now() + 3_600_000)))
    expect(await isQueued(id)).toBe(true)
    expect((await queueCounts(db.reader))['advance.waiting']).toBe((before['advance.waiting'] ?? 0) + 1)
  })

  it('finds the existing ones of several jobs, in any order', async () => {
    const [one, other] = [await accept(), await accept()]
    await serverActOnJobs(db, [other, nobody, one, other], async (_trx, find) => {
      expect(find(nobody)).toBeNull()
      await find(one)?.append([event])
      await find(other)?.append([event])
    })
    expect(await typesOf(one)).toEqual(['job.created', 'task.ready'])
    expect(await typesOf(other)).toEqual(['job.created', 'task.ready'])
  })
})

describe('loseWork', () => {
  it('ends the work and its attempt with an event, and releases the agent', async () => {
    const { work } = (await claimAttempt(db)).claim
    await serverAct(db, work.job_id, ({ trx }) => beginActivity(trx, work.attempt_id ?? ''))
    expect(await listAgents(db.reader, work.job_id)).toMatchObject([
      { status: 'working', task_id: work.task_id },
    ])
    await serverAct(db, work.job_id, async ({ trx, append }) =>
      append(await loseWork(trx, work.id, 'its worker ended')),
    )
    expect(await listAgents(db.reader, work.job_id)).toMatchObject([{ status: 'idle', task_id: null }])
    expect(await readWork(db.reader, work.id)).toMatchObject({ status: 'lost' })
    expect((await readEvents(db.reader, work.job_id, 0, 100)).at(-1)).toMatchObject({
      type: 'work.lost',
      message: 'The attempt was interrupted: its worker ended.',
    })
  })

  it('returns nothing for work that had already ended', async () => {
    const { work } = (await claimAttempt(db)).claim
    const events = await serverAct(db, work.job_id, async ({ trx }) => {
      await endWork(trx, work.id, null, 'done', null)
      return loseWork(trx, work.id, 'its worker ended')
    })
    expect(events).toEqual([])
  })
})
