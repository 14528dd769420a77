import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptJob, pretended, settle } from '../../../test/helpers/pretend-work.ts'
import { isAdvanceDue, journalOf, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { readJob } from '../../store/jobs.ts'
import { setBudget } from './set-budget.ts'
import { setPriority } from './set-priority.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

async function jobOf(id: string) {
  return readJob(engine.db.reader, id)
}

async function lastEvent(id: string) {
  return (await readEvents(engine.db.reader, id, 0, 1000)).at(-1)
}

describe('the budget', () => {
  it.each([
    [null, { tokens: 1_000_000 }, { tokens: 1_000_000 }, '1,000,000 tokens'],
    [null, { usd: 2.5 }, { usd: 2.5 }, '$2.5'],
    [{ tokens: 5, usd: 1 }, { tokens: 7 }, { tokens: 7, usd: 1 }, '7 tokens and $1'],
    [{ tokens: 5, usd: 1 }, { usd: null }, { tokens: 5 }, '5 tokens'],
    [{ tokens: 5 }, { tokens: null }, null, 'no limit'],
    [null, { usd: null }, null, 'no limit'],
  ])('of %j becomes with %j: %j', async (before, change, after, words) => {
    const id = await storeJob(engine.db, { budget: before })
    await setBudget(engine, id, change)
    expect((await jobOf(id))?.budget).toEqual(after === null ? null : { ...after, version: 1 })
    expect(await lastEvent(id)).toMatchObject({
      type: 'job.budget',
      actor: 'person',
      message: `A person set the budget: ${words}.`,
      data: { tokens: null, usd: null, ...after },
    })
    expect(await isAdvanceDue(engine.db, id)).toBe(true)
  })

  it('that is raised continues a job that waited for it', async () => {
    const id = await acceptJob(engine, { mode: 'solo', budget: { tokens: 5 } })
    const held = { for: 'budget', on: 'the budget', budgetVersion: 0 } as const
    await pretended.session(engine, id, { status: 'lost', outcome: { held }, input_tokens: 5 })
    expect(await jobOf(id)).toMatchObject({ status: 'waiting', wait: { for: 'budget' } })
    const events = await journalOf(engine.db, id)
    await expect(setBudget(engine, id, { tokens: 5 })).rejects.toMatchObject({
      code: 'budget_too_small',
      message: expect.stringContaining('5 of 5 tokens'),
    })
    expect((await jobOf(id))?.budget).toEqual({ tokens: 5 })
    expect(await journalOf(engine.db, id)).toEqual(events)
    await setBudget(engine, id, { tokens: 6 })
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'running', wait: null })
    expect(await listAttempts(engine.db.reader, id)).toHaveLength(2)
  })

  it('may be set below the current usage while the job does not wait for it', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    await pretended.session(engine, id, { input_tokens: 50 })
    await setBudget(engine, id, { tokens: 5 })
    expect((await jobOf(id))?.budget).toMatchObject({ tokens: 5 })
  })

  it('is refused for a job that has ended or does not exist', async () => {
    const id = await storeJob(engine.db, {}, { status: 'failed' })
    await expect(setBudget(engine, id, { tokens: 5 })).rejects.toMatchObject({ code: 'job_ended' })
    await expect(setBudget(engine, newId(), { tokens: 5 })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the priority', () => {
  it('is set by a person, with one event', async () => {
    const id = await storeJob(engine.db)
    for (const priority of ['high', 'high', 'low'] as const) {
      await setPriority(engine, id, priority)
      expect(await jobOf(id)).toMatchObject({ priority })
    }
    const journal = await journalOf(engine.db, id)
    expect(journal).toEqual(['person job.priority', 'person job.priority'])
    expect(await lastEvent(id)).toMatchObject({
      message: 'A person set the priority to low.',
      data: { priority: 'low' },
    })
  })

  it('is refused for a job that has ended or does not exist', async () => {
    const id = await storeJob(engine.db, {}, { status: 'completed' })
    await expect(setPriority(engine, id, 'high')).rejects.toMatchObject({ code: 'job_ended' })
    await expect(setPriority(engine, newId(), 'high')).rejects.toMatchObject({ code: 'not_found' })
  })
})
