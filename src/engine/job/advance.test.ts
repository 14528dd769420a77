import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptJob,
  beginPretended,
  endPretended,
  pretended,
  settle,
} from '../../../test/helpers/pretend-work.ts'
import { isAdvanceDue, journalOf, storeJob, underLock, viewOf } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { Plan } from '../../contract/plan.ts'
import type { Role } from '../../contract/words.ts'
import { newId } from '../../lib/ids.ts'
import { listAttempts } from '../../store/attempts.ts'
import { readEvents } from '../../store/events.ts'
import { readJob, updateJob, type JobRow, type NewJobRow } from '../../store/jobs.ts'
import { readPlans, savePlans } from '../../store/plans.ts'
import { queueCounts } from '../../store/queue.ts'
import { listAgents, listTasks } from '../../store/views/team-views.ts'
import { readWork, stuckJobs } from '../../store/work.ts'
import { personAct } from '../job-transactions.ts'
import { advance } from './advance.ts'

let opened: TestEngine
let engine: TestEngine['engine']

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

const plan = Plan.parse({
  title: 'Sums',
  tasks: [
    { key: 'add', title: 'Add', description: 'a', checks: ['true'] },
    { key: 'use', title: 'Use', description: 'u', depends_on: ['add'] },
  ],
  checks: ['npm test'],
})
const pass = (commit: string) => ({ kind: 'checks', verdict: 'pass', commit, failed: [] }) as const
const review = (verdict: 'pass' | 'fail') => ({ review: { verdict, summary: 'so it is', findings: [] } })
const noRoom = (ms: number) =>
  ({ kind: 'error', message: 'ENOSPC', noRoomUntil: new Date(Date.now() + ms).toISOString() }) as const

async function jobOf(id: string): Promise<JobRow> {
  const job = await readJob(engine.db.reader, id)
  if (job === null) throw new Error(`no job ${id}`)
  return job
}

/** Returns `<key> <status>` for each task. */
async function tasksOf(id: string): Promise<string[]> {
  return (await listTasks(engine.db.reader, id)).map(({ key, status }) => `${key} ${status}`)
}

async function agentsOf(id: string): Promise<string[]> {
  const agents = await listAgents(engine.db.reader, id)
  return agents.map(({ name, status, task_title }) => `${name}: ${status} ${task_title ?? '-'}`)
}

async function messagesOf(id: string): Promise<string[]> {
  return (await readEvents(engine.db.reader, id, 1, 1000)).map(({ message }) => message)
}

/** Brings a team's job to its plan: both planning tasks are done, and the plan is in. */
async function planned(given: Partial<NewJobRow> = {}): Promise<string> {
  const id = await acceptJob(engine, given)
  await pretended.session(engine, id)
  await pretended.merge(engine, id)
  await pretended.session(engine, id, { outcome: { plan } })
  await pretended.merge(engine, id)
  return id
}

/** Brings a lone agent's job to the proof of its whole work, and returns its id and head. */
async function built(given: Partial<NewJobRow> = {}): Promise<{ id: string; commit: string }> {
  const id = await acceptJob(engine, { mode: 'solo', ...given })
  const commit = newId()
  await pretended.session(engine, id)
  await pretended.merge(engine, id, commit)
  return { id, commit }
}

describe('an advance', () => {
  it('does nothing for a job that is not due, does not exist, or was taken by another', async () => {
    const id = await storeJob(engine.db)
    await advance(engine, id)
    await advance(engine, newId())
    expect(await journalOf(engine.db, id)).toEqual([])
    await personAct(engine.db, id, () => Promise.resolve())
    await Promise.all([advance(engine, id), advance(engine, id)])
    expect(await tasksOf(id)).toEqual(['requirements running', 'design pending'])
  })

  it('leaves no job due by mistake, and no job stuck', async () => {
    const id = await acceptJob(engine)
    expect(await isAdvanceDue(engine.db, id)).toBe(false)
    expect(await stuckJobs(engine.db.reader)).not.toContain(id)
    const before = await journalOf(engine.db, id)
    await personAct(engine.db, id, () => Promise.resolve())
    await settle(engine, id)
    expect(await journalOf(engine.db, id)).toEqual(before)
  })
})

describe('the team', () => {
  const roles = async (given: Partial<NewJobRow>): Promise<string[]> => {
    const id = await acceptJob(engine, given)
    const agents = await listAgents(engine.db.reader, id)
    return agents.map(({ name, role, backend }) => `${name} (${role}) ${backend}`)
  }

  it('has one agent of each role, and a developer for each task that may run at once', async () => {
    const agents: Partial<Record<Role, string>> = { reviewer: 'codex' }
    expect(await roles({ agents, parallelism: 2 })).toEqual([
      'Product owner (product_owner) offline',
      'Architect (architect) offline',
      'Developer 1 (developer) offline',
      'Developer 2 (developer) offline',
      'Tester (tester) offline',
      'Reviewer (reviewer) codex',
    ])
    expect((await roles({ parallelism: 1 }))[2]).toBe('Developer (developer) offline')
  })

  it('of a solo job is a single agent', async () => {
    const agents = { developer: 'codex' }
    expect(await roles({ mode: 'solo', agents, parallelism: 4 })).toEqual(['Developer (developer) codex'])
  })
})

describe('the course of a job', () => {
  it('begins with an attempt that is queued and assigned to an agent', async () => {
    const id = await acceptJob(engine)
    expect(await journalOf(engine.db, id)).toEqual([
      'server task.created',
      'server task.created',
      'server task.ready',
      'server attempt.created',
    ])
    expect(await agentsOf(id)).toContain('Product owner: idle Write the requirements')
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([
      { number: 1, kind: 'work', agent: 'Product owner', status: 'queued' },
    ])
  })

  it('leads from the plan through checks, reviews and merges to proof, delivery and completion', async () => {
    const id = await planned()
    expect(await jobOf(id)).toMatchObject({ phase: 'building', plan_version: 1 })
    expect((await readPlans(engine.db.reader, id)).adopted?.title).toBe('Sums')
    expect(await tasksOf(id)).toEqual([
      'requirements completed',
      'design completed',
      'add running',
      'use pending',
    ])
    const first = await pretended.session(engine, id)
    const checking = await beginPretended(engine, id)
    expect(checking.work).toMatchObject({ kind: 'checks', attempt_id: first.work.attempt_id })
    await endPretended(engine, checking, { outcome: pass('c') })
    expect((await tasksOf(id))[2]).toBe('add review')
    expect(await agentsOf(id)).toContain('Reviewer: idle Add')
    await pretended.session(engine, id, { outcome: review('pass') })
    await pretended.merge(engine, id)
    expect(await tasksOf(id)).toMatchObject({ 2: 'add completed', 3: 'use running' })
    await pretended.session(engine, id)
    await pretended.session(engine, id, { outcome: review('pass') })
    const head = newId()
    await pretended.merge(engine, id, head)
    expect(await jobOf(id)).toMatchObject({ phase: 'proving', head_commit: head, progress: 84 })
    await pretended.checks(engine, id, pass(head))
    expect(await jobOf(id)).toMatchObject({ phase: 'delivering' })
    await pretended.repository(engine, id, { kind: 'delivered', path: '/r', commit: head })
    expect(await jobOf(id)).toMatchObject({
      status: 'completed',
      phase: 'completed',
      progress: 100,
      proof: 'proven',
      proof_reason: null,
      result_path: '/r',
      head_commit: head,
      wait: null,
      completed_at: expect.any(Date),
    })
    expect((await agentsOf(id)).every((agent) => agent.endsWith(': completed -'))).toBe(true)
    expect((await messagesOf(id)).at(-1)).toBe('Completed by the offline demo: its checks pass.')
  })

  it.each([
    [{ backend: 'codex' }, 'pass', 'proven', 'Completed and proven.'],
    [{}, 'none', 'unproven', 'Completed, unproven. There was no check to run.'],
  ] as const)('ends with its proof: %j, %s is %s', async (given, verdict, proof, message) => {
    const { id, commit } = await built(given)
    await pretended.checks(engine, id, { ...pass(commit), verdict })
    await pretended.repository(engine, id, { kind: 'delivered', path: '/r', commit })
    expect(await jobOf(id)).toMatchObject({ status: 'completed', proof })
    expect((await messagesOf(id)).at(-1)).toBe(message)
  })

  it('includes a repair task for failed checks', async () => {
    const { id, commit } = await built()
    const failed = [{ command: 'npm test', log: 'not ok 1' }]
    await pretended.checks(engine, id, { kind: 'checks', verdict: 'fail', commit, failed })
    expect(await tasksOf(id)).toEqual(['build completed', 'repair-1 running'])
    expect(await jobOf(id)).toMatchObject({ status: 'running', phase: 'building' })
    const [, repair] = await listTasks(engine.db.reader, id)
    expect(repair).toMatchObject({ position: 1, title: 'Repair: npm test', checks: ['npm test'] })
  })

  it('needs no commit for a task that changed nothing', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    await pretended.session(engine, id)
    await pretended.repository(engine, id, { kind: 'empty' })
    expect(await jobOf(id)).toMatchObject({ phase: 'proving', head_commit: null })
    expect(await tasksOf(id)).toEqual(['build completed'])
  })
})

describe('a plan that a person must approve', () => {
  it('waits for that person, and its tasks begin after the approval, as edited', async () => {
    const id = await planned({ approvePlan: true })
    expect(await jobOf(id)).toMatchObject({
      status: 'waiting',
      phase: 'planning',
      wait: { for: 'approval', on: 'the plan', until: null },
      plan_version: 1,
    })
    expect(await readPlans(engine.db.reader, id)).toMatchObject({
      proposed: { title: 'Sums' },
      adopted: null,
    })
    expect((await journalOf(engine.db, id)).slice(-3)).toEqual([
      'server task.completed',
      'server plan.proposed',
      'server job.waiting',
    ])
    expect(await isAdvanceDue(engine.db, id)).toBe(false)
    expect(await stuckJobs(engine.db.reader)).not.toContain(id)
    const edited = { ...plan, title: 'Edited' }
    await personAct(engine.db, id, async ({ trx }) => {
      await savePlans(trx, id, { proposed: edited })
      await updateJob(trx, id, { status: 'running', wait: null, plan_approved: true, plan_version: 2 })
    })
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'running', plan_version: 2 })
    expect((await readPlans(engine.db.reader, id)).adopted).toMatchObject({ title: 'Edited' })
    expect(await tasksOf(id)).toMatchObject({ 2: 'add running' })
  })
})

describe('an attempt', () => {
  it('that failed is repeated by the same agent, with the reason, and counts', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    for (let number = 1; number <= 3; number += 1)
      await pretended.session(engine, id, { status: 'failed', error: `crash ${number}`, changed: false })
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([
      { number: 1, status: 'failed', error: 'crash 1' },
      { number: 2, status: 'failed' },
      { number: 3, status: 'failed' },
      { number: 4, status: 'queued', agent: 'Developer' },
    ])
    await pretended.session(engine, id, { status: 'failed', error: 'crash 4' })
    expect(await jobOf(id)).toMatchObject({
      status: 'failed',
      phase: 'error',
      error:
        'The task "t" failed: Gave up after 4 attempts. The last one: The attempt before this one failed: crash 4',
    })
    expect(await agentsOf(id)).toEqual(['Developer: failed -'])
  })

  it('whose worker died is lost: it does not count, its agent is free, and another one begins', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    const { work } = await beginPretended(engine, id)
    expect(await agentsOf(id)).toEqual(['Developer: working t'])
    await underLock(engine.db, id, (trx) =>
      trx.updateTable('work').set({ lease_until: null }).where('id', '=', work.id).execute(),
    )
    await personAct(engine.db, id, () => Promise.resolve())
    await settle(engine, id)
    expect(await readWork(engine.db.reader, work.id)).toMatchObject({ status: 'lost' })
    expect(await listAttempts(engine.db.reader, id)).toMatchObject([
      {
        number: 1,
        status: 'lost',
        error: 'It was interrupted: its worker ended.',
        ended_at: expect.any(String),
      },
      { number: 2, status: 'queued' },
    ])
    expect(await agentsOf(id)).toEqual(['Developer: idle t'])
    expect((await journalOf(engine.db, id)).slice(-2)).toEqual(['server work.lost', 'server attempt.created'])
  })

  it('that waits for something ends the wait of its job when that is over', async () => {
    const id = await acceptJob(engine, { mode: 'solo' })
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const held = { for: 'retry', on: 'the provider "p"', until } as const
    const { work } = await pretended.session(engine, id, { status: 'lost', outcome: { held } })
    expect(await jobOf(id)).toMatchObject({
      status: 'waiting',
      wait: { for: 'retry', on: 'the provider "p"', until },
    })
    expect((await queueCounts(engine.db.reader))['advance.waiting']).toBe(1)
    expect((await messagesOf(id)).at(-1)).toBe(`Waiting for the provider "p" until ${until}.`)
    await personAct(engine.db, id, ({ trx }) =>
      trx.updateTable('attempts').set({ outcome: null }).where('id', '=', work.attempt_id).execute(),
    )
    await settle(engine, id)
    expect(await jobOf(id)).toMatchObject({ status: 'running', wait: null })
    expect((await journalOf(engine.db, id)).slice(-2)).toEqual([
      'server job.continued',
      'server attempt.created',
    ])
  })

  it('that used up the budget makes its job wait for a person, without a time limit', async () => {
    const id = await acceptJob(engine, { mode: 'solo', budget: { tokens: 5 } })
    await pretended.session(engine, id, { status: 'failed', error: 'no', input_tokens: 5 })
    const wait = { for: 'budget', on: 'the budget: 5 of 5 tokens are used', until: null }
    expect(await jobOf(id)).toMatchObject({ status: 'waiting', wait })
    expect((await messagesOf(id)).at(-1)).toBe('Waiting for the budget: 5 of 5 tokens are used.')
    expect(await viewOf(engine.db.reader, id)).toMatchObject({ wait })
    expect(await stuckJobs(engine.db.reader)).not.toContain(id)
  })
})

describe('work that found the disk full', () => {
  it('waits for disk space, and is done when there is enough', async () => {
    const { id, commit } = await built()
    await pretended.checks(engine, id, pass(commit))
    await pretended.repository(engine, id, noRoom(3_600_000))
    expect(await jobOf(id)).toMatchObject({
      status: 'waiting',
      wait: { for: 'disk', on: 'room on the disk of the server' },
    })
    await underLock(engine.db, id, (trx) =>
      trx
        .updateTable('work')
        .set({ outcome: JSON.stringify(noRoom(-1)) as never })
        .where('kind', '=', 'deliver')
        .where('job_id', '=', id)
        .execute(),
    )
    await personAct(engine.db, id, () => Promise.resolve())
    await settle(engine, id)
    await pretended.repository(engine, id, { kind: 'delivered', path: '/r', commit })
    expect(await jobOf(id)).toMatchObject({ status: 'completed', wait: null })
  })
})
