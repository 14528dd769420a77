import { expect, it } from 'vitest'
import { Plan } from '../contract/plan.ts'
import { decide } from './decide.ts'
import type { Attempt, Job, Snapshot, Task } from './model.ts'
import { planChanges } from './plan-changes.ts'
import { someAttempt, someJob, someTask } from '../../test/helpers/scene.ts'

const made = Plan.parse({ title: 'P', tasks: [{ key: 'a', title: 'A', description: 'a' }] })
const edited = Plan.parse({ title: 'P', tasks: [{ key: 'b', title: 'B', description: 'b' }] })

const job: Job = { ...someJob, vision: 'v', title: 'v', phase: 'planning', approvePlan: true }

const design: Task = {
  ...someTask,
  id: 'd',
  key: 'design',
  kind: 'plan',
  title: 'Design',
  role: 'architect',
  phase: 'planning',
  status: 'completed',
  agentId: 'arch',
}

const planned: Attempt = { ...someAttempt, id: 'd1', taskId: 'd', outcome: { plan: made } }

function scene(change: Partial<Job>, parts: Partial<Snapshot> = {}): Snapshot {
  return {
    job: { ...job, ...change },
    tasks: [design],
    agents: [],
    attempts: [planned],
    work: [],
    findings: [],
    models: { spent: null, budgetVersion: 0, blocked: [] },
    ...parts,
  }
}

const wait = { for: 'approval' as const, on: 'the plan', since: '2030-01-01T00:00:00.000Z', until: null }

it('a plan is adopted at once unless a person must approve it', () => {
  expect(decide(scene({ approvePlan: false }), 0, 0)).toMatchObject([
    { do: 'adopt-plan', plan: made, tasks: [{ key: 'a' }] },
    { do: 'enter-phase', phase: 'building' },
  ])
  expect(decide(scene({}), 0, 0)).toEqual([{ do: 'propose-plan', plan: made }])
})

it('a proposal waits for a person without a time limit, and again after a restart of the job', () => {
  expect(decide(scene({ proposal: made }), 0, 0)).toEqual([{ do: 'wait-approval' }])
  expect(decide(scene({ proposal: made, status: 'waiting', wait }), 1e15, 0)).toEqual([])
  expect(decide(scene({ proposal: made, status: 'queued', phase: 'queued' }), 0, 0)).toEqual([
    { do: 'enter-phase', phase: 'planning' },
    { do: 'wait-approval' },
  ])
})

it('an approved plan is adopted as edited, even if the planner left another one', () => {
  expect(decide(scene({ proposal: edited, planApproved: true }), 0, 0)).toMatchObject([
    { do: 'adopt-plan', plan: edited, tasks: [{ key: 'b' }] },
    { do: 'enter-phase', phase: 'building' },
  ])
})

it('a planner whose plan was rejected has all attempts again, and each gets the reason', () => {
  const notes = [{ kind: 'note' as const, summary: 'smaller' }]
  const failed = { ...planned, status: 'failed' as const, error: 'crash', outcome: null }
  const attempts = [planned, ...[2, 3, 4].map((number) => ({ ...failed, id: `d${number}`, number }))]
  const tasks = [{ ...design, status: 'running' as const, triesFrom: 5, notes }]
  expect(decide(scene({}, { tasks, attempts }), 1e9, 1000)).toEqual([
    { do: 'start-attempt', taskId: 'd', feedback: notes },
  ])
  const again = [...attempts, { ...failed, id: 'd5', number: 5 }]
  expect(decide(scene({}, { tasks, attempts: again }), 1e9, 1000)).toMatchObject([
    {
      do: 'start-attempt',
      feedback: [notes[0], { kind: 'note', summary: expect.stringContaining('crash') }],
    },
  ])
})

it('an edit is described in words, and an unchanged plan is not an edit', () => {
  expect(planChanges(made, made)).toBeNull()
  expect(planChanges(made, edited)).toBe('A person edited the plan: added "B"; removed "A".')
  const both = { ...made, tasks: [...made.tasks, ...edited.tasks] }
  expect(planChanges(both, { ...both, tasks: both.tasks.toReversed() })).toContain('changed the order')
  expect(planChanges(made, { ...made, checks: ['node --test'] })).toContain('the checks of the whole')
  expect(planChanges(made, { ...made, summary: 'more' })).toContain('changed the description')
  const many = Array.from({ length: 7 }, (_, n) => ({ ...edited.tasks[0], key: `t${n}`, title: `T${n}` }))
  expect(planChanges(made, Plan.parse({ ...made, tasks: [...made.tasks, ...many] }))).toBe(
    'A person edited the plan: added "T0", "T1", "T2", "T3", "T4" and 2 more.',
  )
})
