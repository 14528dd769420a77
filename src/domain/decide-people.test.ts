import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import type { Attempt, Job, Snapshot, Task, Work } from './model.ts'
import { progressOf } from './progress.ts'
import { tasksToStartOver } from './start-over.ts'
import { someAttempt, someJob, someTask } from '../../test/helpers/scene.ts'

const job: Job = { ...someJob, vision: 'v', title: 'v', planVersion: 1, headCommit: 'main1' }

const task = (id: string, change: Partial<Task> = {}): Task => ({
  ...someTask,
  id,
  key: id,
  title: id.toUpperCase(),
  status: 'completed',
  ...change,
})

const attempt: Attempt = { ...someAttempt, status: 'cancelled', headCommit: null, changed: false }

const work = (change: Partial<Work>): Work => ({
  id: 'w',
  epoch: 1,
  kind: 'attempt',
  taskId: 'a',
  attemptId: 'a1',
  status: 'running',
  held: true,
  outcome: null,
  ...change,
})

const scene = (parts: Partial<Snapshot>): Snapshot => ({
  job,
  tasks: [],
  agents: [],
  attempts: [attempt],
  work: [],
  findings: [],
  models: { spent: null, budgetVersion: 0, blocked: [] },
  ...parts,
})

describe('a task that a person cancels', () => {
  const wanted = task('a', { status: 'running', cancelRequested: true })

  it('is cancelled only when its last work has ended', () => {
    const acts = (works: Work[]): unknown => decide(scene({ tasks: [wanted], work: works }), 0, 0)
    expect(acts([work({})])).toEqual([])
    expect(acts([work({ status: 'queued' })])).toEqual([{ do: 'cancel-work', workId: 'w', attemptId: 'a1' }])
    expect(acts([work({ status: 'cancelled', held: false })])).toEqual([{ do: 'cancel-task', taskId: 'a' }])
  })

  it('is done if its work had already been merged', () => {
    const merged = work({ kind: 'merge', status: 'done', outcome: { kind: 'merged', commit: 'main1' } })
    expect(decide(scene({ tasks: [wanted], work: [merged] }), 0, 0)).toEqual([
      { do: 'complete-task', taskId: 'a', commit: 'main1' },
    ])
  })

  it('no longer waits for its next attempt', () => {
    const wait = { for: 'retry' as const, on: 'x', since: '', until: '2030-01-01T00:00:00.000Z' }
    const waiting = { ...job, status: 'waiting' as const, wait }
    expect(decide(scene({ job: waiting, tasks: [wanted] }), 0, 0)).toEqual([
      { do: 'stop-waiting' },
      { do: 'cancel-task', taskId: 'a' },
    ])
  })

  it('cancels the tasks that depend on it, with the reason', () => {
    const child = task('b', { status: 'pending', dependsOn: ['a'] })
    expect(decide(scene({ tasks: [task('a', { status: 'cancelled' }), child] }), 0, 0)).toEqual([
      { do: 'skip-task', taskId: 'b', reason: 'it needs "A", which was cancelled' },
    ])
  })
})

describe('a job whose task was cancelled', () => {
  const checked = (verdict: 'pass' | 'fail'): Work =>
    work({
      id: 'p',
      kind: 'checks',
      taskId: null,
      attemptId: null,
      status: 'done',
      outcome: {
        kind: 'checks',
        verdict,
        commit: 'main1',
        failed: verdict === 'pass' ? [] : [{ command: 'node --test', log: '' }],
      },
    })
  const delivered = (commit: string): Work =>
    work({
      id: 'd',
      kind: 'deliver',
      taskId: null,
      attemptId: null,
      status: 'done',
      outcome: { kind: 'delivered', path: '/r', commit },
    })
  const delivering = { ...job, phase: 'delivering' as const }
  const tasks = [task('a'), task('b', { status: 'cancelled' })]

  it('is partially proven when the checks pass on the rest', () => {
    const works = [checked('pass'), delivered('main1')]
    expect(decide(scene({ job: delivering, tasks, work: works }), 0, 0)).toEqual([
      {
        do: 'complete-job',
        proof: 'partial',
        reason: 'The checks pass, and some tasks were cancelled.',
        path: '/r',
        commit: 'main1',
      },
    ])
    expect(decide(scene({ job: delivering, tasks: [task('a')], work: works }), 0, 0)).toMatchObject([
      { do: 'complete-job', proof: 'proven' },
    ])
  })

  it('is delivered again when a restarted task has changed main', () => {
    const works = [checked('pass'), delivered('main0')]
    expect(decide(scene({ job: delivering, tasks, work: works }), 0, 0)).toEqual([{ do: 'start-deliver' }])
  })

  it('fails when no task remains, or when the repair that it needs was cancelled', () => {
    const none = [task('a', { status: 'cancelled' }), task('b', { status: 'skipped' })]
    expect(decide(scene({ tasks: none }), 0, 0)).toMatchObject([
      { do: 'fail-job', error: expect.stringContaining('Every task') },
    ])
    const repair = task('r', { kind: 'repair', status: 'cancelled' })
    const proving = { ...job, phase: 'proving' as const }
    expect(
      decide(scene({ job: proving, tasks: [task('a'), repair], work: [checked('fail')] }), 0, 0),
    ).toEqual([{ do: 'fail-job', error: 'The checks fail and their repair was cancelled: "node --test".' }])
  })

  it('does not count that task in its progress', () => {
    const building = {
      mode: 'team' as const,
      status: 'running' as const,
      phase: 'building' as const,
      before: 0,
    }
    expect(progressOf(building, tasks)).toBe(80)
  })
})

it('starting a task over includes the tasks it depends on and frees those that were skipped because of it', () => {
  const tasks = [
    task('a', { status: 'failed' }),
    task('b', { status: 'skipped', dependsOn: ['a'] }),
    task('c', { status: 'skipped', dependsOn: ['b'] }),
    task('d', { status: 'skipped', dependsOn: ['other'] }),
    task('e', { dependsOn: ['a'] }),
  ]
  const keys = (id: string): string[][] => {
    const [wanted] = tasks.filter((one) => one.id === id)
    if (wanted === undefined) throw new Error(`no task ${id}`)
    const { again, freed } = tasksToStartOver(tasks, wanted)
    return [again.map((one) => one.key), freed.map((one) => one.key)]
  }
  expect(keys('a')).toEqual([['a'], ['b', 'c']])
  expect(keys('b')).toEqual([['b', 'a'], ['c']])
})
