import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pretended, acceptJob, settle } from '../../../test/helpers/pretend-work.ts'
import { isAdvanceDue, journalOf, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { Plan } from '../../contract/plan.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts, readAttempt } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { readJob } from '../../store/jobs.ts'
import { listTasks } from '../../store/views/team-views.ts'
import { cancelJob } from './cancel-job.ts'
import { approvePlan, editPlan, rejectPlan, viewPlan } from './plan-gate.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const plan = Plan.parse({ title: 'Sums', tasks: [{ key: 'add', title: 'Add', description: 'a' }] })
const edited = Plan.parse({
  ...plan,
  title: 'Sums',
  tasks: [...plan.tasks, { ...plan.tasks[0], key: 'b', title: 'B' }],
})

/** Brings a job to where it waits for the approval of its plan. */
async function proposed(): Promise<string> {
  const id = await acceptJob(engine, { approvePlan: true })
  await pretended.session(engine, id)
  await pretended.merge(engine, id)
  await pretended.session(engine, id, { outcome: { plan } })
  await pretended.merge(engine, id)
  return id
}

async function statusOf(id: string): Promise<string | undefined> {
  return (await readJob(engine.db.reader, id))?.status
}

async function lastEvent(id: string) {
  return (await readEvents(engine.db.reader, id, 0, 1000)).at(-1)
}

it('the state of a plan is none, then proposed, then adopted', async () => {
  await expect(viewPlan(engine, newId())).rejects.toMatchObject({ code: 'not_found' })
  const fresh = await storeJob(engine.db)
  expect(await viewPlan(engine, fresh)).toEqual({ state: 'none', plan: null, version: 0, notes: [] })
  const id = await proposed()
  expect(await viewPlan(engine, id)).toEqual({ state: 'proposed', plan, version: 1, notes: [] })
  await approvePlan(engine, id, null)
  await settle(engine, id)
  expect(await viewPlan(engine, id)).toEqual({ state: 'adopted', plan, version: 1, notes: [] })
})

describe('an edit', () => {
  it('makes a new version, described in words', async () => {
    const id = await proposed()
    const view = await editPlan(engine, id, { version: 1, plan: edited })
    expect(view).toEqual({ state: 'proposed', plan: edited, version: 2, notes: [] })
    expect(await viewPlan(engine, id)).toEqual(view)
    expect(await lastEvent(id)).toMatchObject({
      type: 'plan.edited',
      actor: 'person',
      message: 'A person edited the plan: added "B".',
      data: { version: 2, plan: { title: 'Sums' } },
    })
    await settle(engine, id)
    expect(await statusOf(id)).toBe('waiting')
  })

  it('without changes makes no new version', async () => {
    const id = await proposed()
    expect(await editPlan(engine, id, { version: 1, plan })).toMatchObject({ version: 1 })
    expect(await journalOf(engine.db, id)).not.toContain('person plan.edited')
  })

  it('of an outdated version is refused, and changes nothing', async () => {
    const id = await proposed()
    await editPlan(engine, id, { version: 1, plan: edited })
    const late = editPlan(engine, id, { version: 1, plan })
    await expect(late).rejects.toMatchObject({
      code: 'plan_changed',
      message: expect.stringContaining('version 2'),
    })
    expect(await viewPlan(engine, id)).toMatchObject({ plan: edited, version: 2 })
  })
})

describe('an approval', () => {
  it('begins the work, and makes an advance of the job due', async () => {
    const id = await proposed()
    expect(await isAdvanceDue(engine.db, id)).toBe(false)
    await approvePlan(engine, id, 1)
    expect(await lastEvent(id)).toMatchObject({
      type: 'plan.approved',
      actor: 'person',
      data: { version: 1 },
    })
    expect(await readJob(engine.db.reader, id)).toMatchObject({ status: 'running', wait: null })
    expect(await isAdvanceDue(engine.db, id)).toBe(true)
    await settle(engine, id)
    expect((await listTasks(engine.db.reader, id)).at(-1)).toMatchObject({ key: 'add', status: 'running' })
  })

  it('of one version does not approve another', async () => {
    const id = await proposed()
    await editPlan(engine, id, { version: 1, plan: edited })
    await expect(approvePlan(engine, id, 1)).rejects.toMatchObject({ code: 'plan_changed' })
    await approvePlan(engine, id, 2)
    await expect(approvePlan(engine, id, 2)).rejects.toMatchObject({ code: 'not_waiting_for_approval' })
  })
})

describe('a rejected plan', () => {
  it('is made again by the planner, with the reason and with all attempts', async () => {
    const id = await proposed()
    await rejectPlan(engine, id, 'smaller')
    expect(await lastEvent(id)).toMatchObject({
      type: 'plan.rejected',
      actor: 'person',
      message: 'A person sent the plan back: smaller',
      data: { note: 'smaller', version: 1 },
    })
    await settle(engine, id)
    expect(await viewPlan(engine, id)).toMatchObject({
      state: 'none',
      version: 1,
      notes: [{ note: 'smaller', at: expect.any(String) }],
    })
    const next = (await listAttempts(engine.db.reader, id)).at(-1)
    expect(next).toMatchObject({ agent: 'Architect', number: 2, status: 'queued' })
    const told = await readAttempt(engine.db.reader, next?.id ?? '')
    expect(told?.feedback).toEqual([
      { kind: 'note', summary: 'smaller', log: expect.stringContaining('"title": "Sums"') },
    ])
  })

  it('after another rejection includes all notes, the newest first', async () => {
    const id = await proposed()
    await rejectPlan(engine, id, 'smaller')
    await settle(engine, id)
    await pretended.session(engine, id, { outcome: { plan: edited } })
    await pretended.merge(engine, id)
    expect(await viewPlan(engine, id)).toMatchObject({ state: 'proposed', plan: edited, version: 2 })
    await rejectPlan(engine, id, 'still smaller')
    await settle(engine, id)
    const next = (await listAttempts(engine.db.reader, id)).at(-1)
    expect((await readAttempt(engine.db.reader, next?.id ?? ''))?.feedback).toMatchObject([
      { summary: 'still smaller' },
      { summary: 'Said of an earlier version of the plan, and still true: smaller' },
    ])
  })
})

describe('a job that does not wait for approval', () => {
  it.each([
    ['an edit', (id: string) => editPlan(engine, id, { version: 0, plan })],
    ['an approval', (id: string) => approvePlan(engine, id, null)],
    ['a rejection', (id: string) => rejectPlan(engine, id, 'no')],
  ])('refuses %s', async (_what, act) => {
    const closed = { code: 'not_waiting_for_approval' }
    await expect(act(newId())).rejects.toMatchObject({ code: 'not_found' })
    const plain = await storeJob(engine.db)
    await expect(act(plain)).rejects.toMatchObject({
      ...closed,
      message: expect.stringContaining('made without approve_plan'),
    })
    const planning = await acceptJob(engine, { approvePlan: true })
    await expect(act(planning)).rejects.toMatchObject({
      ...closed,
      message: expect.stringContaining('only a proposed plan'),
    })
    const cancelled = await proposed()
    await cancelJob(engine, cancelled)
    await expect(act(cancelled)).rejects.toMatchObject(closed)
  })
})
