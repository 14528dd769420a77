import { expect, it } from 'vitest'
import { decide } from './decide.ts'
import { tries } from './limits.ts'
import type { Attempt, AttemptWait, Job, Snapshot } from './model.ts'
import { someAttempt, someJob, someTask } from '../../test/helpers/scene.ts'

const job: Job = { ...someJob, vision: 'v', title: 'v', backend: 'x', mode: 'solo' }
const task = someTask
const held = (why: AttemptWait, number = 1): Attempt => ({
  ...someAttempt,
  id: `a${number}`,
  number,
  status: 'lost',
  headCommit: 'c',
  outcome: { held: why },
})
const nothing = { spent: null, budgetVersion: 0, blocked: [] }
const scene = (parts: Partial<Snapshot>): Snapshot => ({
  job,
  tasks: [task],
  agents: [],
  attempts: [],
  work: [],
  findings: [],
  models: nothing,
  ...parts,
})
const until = '2030-01-01T00:00:00.000Z'
const retry: AttemptWait = { for: 'retry', provider: 'p', on: 'the provider "p"', until }
const backend: AttemptWait = { for: 'backend', provider: 'p', on: 'the key' }
const budget: AttemptWait = { for: 'budget', on: 'the budget', budgetVersion: 0 }

it('waits for a provider until it may be called again, then continues', () => {
  const attempts = [held(retry)]
  const wait = { do: 'wait-retry', taskId: 'a', until: Date.parse(until), on: 'the provider "p"' }
  expect(decide(scene({ attempts }), 0, 0)).toEqual([wait])
  expect(decide(scene({ attempts }), Date.parse(until), 0)).toMatchObject([{ do: 'start-attempt' }])
})

it('waits for the limit of a subscription, and starts nothing else on that backend until then', () => {
  const limit: AttemptWait = { for: 'provider', backend: 'x', on: 'X: its session limit', until }
  const wait = { do: 'wait-retry', for: 'provider', until: Date.parse(until), on: 'X: its session limit' }
  const attempts = [held(limit)]
  expect(decide(scene({ attempts }), 0, 0)).toEqual([{ ...wait, taskId: 'a' }])
  const other = { ...task, id: 'b', status: 'ready' as const, role: 'tester' as const }
  const tasks = [task, other]
  expect(decide(scene({ tasks, attempts }), 0, 0)).toEqual([{ ...wait, taskId: 'a' }])
  const elsewhere = { ...job, agents: { tester: 'y' } }
  expect(decide(scene({ job: elsewhere, tasks, attempts }), 0, 0)).toMatchObject([
    { do: 'start-attempt', taskId: 'b' },
  ])
  const restarted = { ...job, epoch: 2 }
  expect(decide(scene({ job: restarted, tasks, attempts }), 0, 0)).toMatchObject([
    { do: 'start-attempt', taskId: 'a' },
    { do: 'start-attempt', taskId: 'b' },
  ])
  expect(decide(scene({ tasks, attempts }), Date.parse(until), 0)).toMatchObject([
    { do: 'start-attempt', taskId: 'a' },
    { do: 'start-attempt', taskId: 'b' },
  ])
})

it('waits for a person while the provider is blocked, and reports it once', () => {
  const attempts = [held(backend)]
  const models = { ...nothing, blocked: [{ name: 'p', on: 'the key' }] }
  const wait = { do: 'wait-person', for: 'backend', taskId: 'a', on: 'the key' }
  expect(decide(scene({ attempts, models }), 0, 0)).toEqual([wait])
  const waiting = {
    ...job,
    status: 'waiting' as const,
    wait: { for: 'backend' as const, on: 'the key', since: until, until: null },
  }
  expect(decide(scene({ job: waiting, attempts, models }), 0, 0)).toEqual([])
  expect(decide(scene({ job: waiting, attempts }), 0, 0)).toMatchObject([
    { do: 'stop-waiting' },
    { do: 'start-attempt' },
  ])
})

it('waits for its budget until a person changes it', () => {
  const attempts = [held(budget)]
  const wait = { do: 'wait-person', for: 'budget', taskId: 'a', on: 'the budget' }
  expect(decide(scene({ attempts }), 0, 0)).toEqual([wait])
  const raised = { ...nothing, budgetVersion: 1 }
  expect(decide(scene({ attempts, models: raised }), 0, 0)).toMatchObject([{ do: 'start-attempt' }])
})

it('starts nothing that costs money while the budget is used up, and lets running work continue', () => {
  const models = { ...nothing, spent: 'the budget' }
  const ready = { ...task, status: 'ready' as const }
  expect(decide(scene({ tasks: [ready], models }), 0, 0)).toEqual([
    { do: 'wait-person', for: 'budget', taskId: 'a', on: 'the budget' },
  ])
  const running = { ...task, id: 'b', status: 'running' as const }
  const work = {
    id: 'w',
    epoch: 1,
    kind: 'attempt' as const,
    taskId: 'b',
    attemptId: 'x',
    status: 'running' as const,
    held: true,
    outcome: null,
  }
  expect(decide(scene({ tasks: [ready, running], work: [work], models }), 0, 0)).toEqual([])
})

it("starts no review while the budget or the reviewer's subscription is used up", () => {
  const team = { ...job, mode: 'team' as const, agents: { reviewer: 'y' } }
  const done: Attempt = { ...someAttempt }
  const spent = { ...nothing, spent: 'the budget' }
  expect(decide(scene({ job: team, attempts: [done], models: spent }), 0, 0)).toEqual([
    { do: 'wait-person', for: 'budget', taskId: 'a', on: 'the budget' },
  ])
  const limit: AttemptWait = { for: 'provider', backend: 'y', on: 'Y: its limit', until }
  const other: Attempt = { ...held(limit, 9), taskId: 'b' }
  expect(decide(scene({ job: team, attempts: [done, other] }), 0, 0)).toEqual([
    { do: 'wait-retry', for: 'provider', taskId: 'a', until: Date.parse(until), on: 'Y: its limit' },
  ])
})

it('starts free work even while the budget or a subscription is used up', () => {
  const checked = { ...task, checks: ['true'] }
  const limit: AttemptWait = { for: 'provider', backend: 'x', on: 'X: its limit', until }
  const attempts = [{ ...held(limit, 9), taskId: 'b' }, { ...someAttempt }]
  const models = { ...nothing, spent: 'the budget' }
  expect(decide(scene({ tasks: [checked], attempts, models }), 0, 0)).toMatchObject([{ do: 'start-checks' }])
})

it('an interrupted review waits like any other attempt and does not count as a failure', () => {
  const work: Attempt = { ...held(retry), status: 'succeeded', outcome: null }
  const passed = {
    id: 'm',
    epoch: 1,
    taskId: 'a',
    attemptId: 'a1',
    kind: 'checks' as const,
    status: 'done' as const,
    held: false,
    outcome: { kind: 'checks' as const, verdict: 'pass' as const, commit: 'c', failed: [] },
  }
  const reviews = Array.from({ length: tries.reviews + 1 }, (_, index): Attempt => {
    return { ...held(retry, index + 1), id: `r${index}`, kind: 'review', subjectId: 'a1' }
  })
  const team = { ...job, mode: 'team' as const }
  const parts = {
    job: team,
    tasks: [{ ...task, status: 'review' as const, checks: ['true'] }],
    attempts: [work, ...reviews],
    work: [passed],
  }
  expect(decide(scene(parts), 0, 0)).toMatchObject([{ do: 'wait-retry' }])
  expect(decide(scene(parts), Date.parse(until), 0)).toMatchObject([{ do: 'start-review' }])
})

it.each([
  ['a provider', retry],
  ['an upgrade', { for: 'upgrade', on: 'a restart', until }],
] as const)(
  'an interruption because of %s counts neither as a failure nor as a lost attempt',
  (_what, why) => {
    const attempts = Array.from({ length: tries.interruptions + 1 }, (_, index) => held(why, index + 1))
    expect(decide(scene({ attempts }), 0, 0)).toMatchObject([{ do: 'wait-retry', on: why.on }])
    expect(decide(scene({ attempts }), Date.parse(until), 0)).toMatchObject([{ do: 'start-attempt' }])
  },
)
