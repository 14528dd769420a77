import { describe, expect, it } from 'vitest'
import { someAttempt, someJob, someTask } from '../../test/helpers/scene.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { tries } from './limits.ts'
import type { Attempt, Snapshot, Task, Work, WorkOutcome } from './model.ts'

const NOW = 1_000_000

const scene = (parts: Partial<Snapshot>): Snapshot => ({
  job: someJob,
  tasks: [someTask],
  agents: [],
  attempts: [someAttempt],
  work: [],
  findings: [],
  models: { spent: null, budgetVersion: 0, blocked: [] },
  ...parts,
})

function next(parts: Partial<Snapshot>): Decision[] {
  return decide(scene(parts), NOW, 1000)
}

/** Work of the attempt that has ended. */
const work = (kind: Work['kind'], outcome: WorkOutcome | null, more: Partial<Work> = {}): Work => ({
  id: 'w',
  epoch: 1,
  kind,
  taskId: 'a',
  attemptId: 'a1',
  status: outcome === null ? 'lost' : 'done',
  held: false,
  outcome,
  ...more,
})

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

const checked: Task = { ...someTask, checks: ['npm test'] }
const reviewed: Attempt = {
  ...someAttempt,
  id: 'r1',
  kind: 'review',
  subjectId: 'a1',
  outcome: { review: { verdict: 'pass', summary: 'good', findings: [] } },
}
const rejected: Attempt = {
  ...reviewed,
  outcome: { review: { verdict: 'fail', summary: 'no tests', findings: ['a', 'b'] } },
}

describe('a pending task', () => {
  const parents = (statuses: readonly Task['status'][]): Task[] =>
    statuses.map((status, n) => ({ ...someTask, id: `p${n}`, key: `p${n}`, title: `P${n}`, status }))
  const begin = (statuses: readonly Task['status'][]): Decision[] => {
    const above = parents(statuses)
    const child: Task = { ...someTask, status: 'pending', dependsOn: above.map(({ id }) => id) }
    const waiting = { ...someTask, id: 'other', status: 'completed' as const }
    return next({ tasks: [...above, child, waiting], attempts: [] }).filter(
      (decision) => 'taskId' in decision && decision.taskId === 'a',
    )
  }

  it('can begin only when all its dependencies are done', () => {
    expect(begin([])).toEqual([{ do: 'ready', taskId: 'a' }])
    expect(begin(['completed', 'completed'])).toEqual([{ do: 'ready', taskId: 'a' }])
    expect(begin(['completed', 'running'])).toEqual([])
  })

  it.each([
    ['failed', 'it needs "P1", which did not finish'],
    ['skipped', 'it needs "P1", which did not finish'],
    ['cancelled', 'it needs "P1", which was cancelled'],
  ] as const)('is skipped when a dependency was %s', (status, reason) => {
    expect(begin(['completed', status])).toEqual([{ do: 'skip-task', taskId: 'a', reason }])
  })
})

describe('a ready task', () => {
  it('begins with its notes while there is capacity for it', () => {
    const notes = [{ kind: 'note' as const, summary: 'again' }]
    const ready: Task = { ...someTask, status: 'ready', notes }
    const running: Task = { ...someTask, id: 'b' }
    const one = { ...someJob, parallelism: 1 }
    const open = work('attempt', null, { taskId: 'b', status: 'running', held: true })
    expect(next({ tasks: [ready], attempts: [] })).toEqual([
      { do: 'start-attempt', taskId: 'a', feedback: notes },
    ])
    expect(next({ tasks: [running, ready], attempts: [], work: [open], job: one })).toEqual([])
    expect(next({ tasks: [running, ready], attempts: [], work: [open] })).toHaveLength(1)
  })

  it('that was started but has no attempt in this epoch gets one', () => {
    expect(next({ attempts: [{ ...someAttempt, epoch: 0 }] })).toEqual([
      { do: 'start-attempt', taskId: 'a', feedback: [] },
    ])
  })
})

describe('the checks of a task', () => {
  it('are no obstacle when they prove nothing', () => {
    const none = work('checks', { kind: 'checks', verdict: 'none', commit: 'c1', failed: [] })
    expect(next({ tasks: [checked], work: [none] })).toMatchObject([{ do: 'start-review' }])
  })

  it('are run again after an interruption, up to a limit', () => {
    const broken = times(tries.services - 1, (n) => work('checks', null, { id: `w${n}` }))
    expect(next({ tasks: [checked], work: broken })).toMatchObject([{ do: 'start-checks', attemptId: 'a1' }])
    const last = work('checks', { kind: 'error', message: 'no git' })
    expect(next({ tasks: [checked], work: [...broken, last] })).toEqual([
      {
        do: 'fail-task',
        taskId: 'a',
        error: 'The task failed because its checks could not be run: no git',
      },
    ])
    expect(next({ tasks: [checked], work: [...broken, work('checks', null)] })).toMatchObject([
      { do: 'fail-task', error: 'The task failed because its checks could not be run' },
    ])
  })
})

describe('a review', () => {
  const review = (change: Partial<Attempt>, n = 1): Attempt => ({
    ...rejected,
    id: `r${n}`,
    outcome: null,
    ...change,
  })

  it('that rejects the work sends it back with the reasons', () => {
    expect(next({ attempts: [someAttempt, rejected] })).toEqual([
      {
        do: 'start-attempt',
        taskId: 'a',
        feedback: [{ kind: 'review', summary: 'no tests', log: '- a\n- b' }],
      },
    ])
  })

  it('is not made for a plan, or for work of a single agent', () => {
    expect(next({ tasks: [{ ...someTask, kind: 'plan' }] })).toMatchObject([{ do: 'start-merge' }])
    expect(next({ job: { ...someJob, mode: 'solo' } })).toMatchObject([{ do: 'start-merge' }])
  })

  it('that ends without a verdict is repeated, up to a limit', () => {
    const failed = times(tries.reviews, (n) => review({ status: 'failed', error: 'it crashed' }, n))
    expect(next({ attempts: [someAttempt, ...failed.slice(1)] })).toMatchObject([{ do: 'start-review' }])
    expect(next({ attempts: [someAttempt, ...failed] })).toEqual([
      { do: 'fail-task', taskId: 'a', error: 'No reviewer reached a verdict: it crashed' },
    ])
    const lost = times(tries.interruptions, (n) => review({ status: 'lost' }, n))
    expect(next({ attempts: [someAttempt, ...lost] })).toMatchObject([
      { do: 'fail-task', error: 'No reviewer reached a verdict: the reviews were interrupted' },
    ])
  })

  it('that could call no model waits for one', () => {
    const until = new Date(NOW + 1000).toISOString()
    const held = review({ status: 'lost', outcome: { held: { for: 'retry', on: 'the provider', until } } })
    expect(next({ attempts: [someAttempt, held] })).toEqual([
      { do: 'wait-retry', taskId: 'a', until: NOW + 1000, on: 'the provider' },
    ])
  })
})

describe('a merge', () => {
  const attempts = [someAttempt, reviewed]

  it('ends the task with the commit, or without one if there was nothing to merge', () => {
    const merge = (outcome: WorkOutcome): Decision[] => next({ attempts, work: [work('merge', outcome)] })
    expect(merge({ kind: 'merged', commit: 'm' })).toEqual([
      { do: 'complete-task', taskId: 'a', commit: 'm' },
    ])
    expect(merge({ kind: 'empty' })).toEqual([{ do: 'complete-task', taskId: 'a', commit: null }])
  })

  it('with a conflict leads to another attempt, which is told where the conflict is', () => {
    const conflict = work('merge', { kind: 'conflict', files: ['a.ts', 'b.ts'] })
    expect(next({ attempts, work: [conflict] })).toEqual([
      {
        do: 'start-attempt',
        taskId: 'a',
        feedback: [
          {
            kind: 'conflict',
            summary: 'The work could not be merged; others changed the same lines of a.ts, b.ts.',
          },
        ],
      },
    ])
  })

  it('is repeated after an interruption, up to a limit', () => {
    const broken = times(tries.services, (n) => work('merge', null, { id: `w${n}` }))
    expect(next({ attempts, work: broken.slice(1) })).toMatchObject([{ do: 'start-merge' }])
    expect(next({ attempts, work: broken })).toMatchObject([
      { do: 'fail-task', error: 'The task failed because its work could not be merged' },
    ])
  })
})

describe('another attempt', () => {
  it('is told that the previous one was interrupted, or why it failed', () => {
    const told = (change: Partial<Attempt>): unknown =>
      next({ attempts: [{ ...someAttempt, ...change }] }).flatMap((decision) =>
        decision.do === 'start-attempt' ? decision.feedback : [],
      )
    expect(told({ status: 'lost' })).toMatchObject([{ kind: 'interrupted' }])
    expect(told({ status: 'failed', error: 'it crashed' })).toEqual([
      { kind: 'note', summary: 'The attempt before this one failed: it crashed' },
    ])
    expect(told({ status: 'failed' })).toEqual([])
    expect(told({ status: 'cancelled' })).toEqual([])
  })

  it('begins at once after one with an unknown end', () => {
    expect(next({ attempts: [{ ...someAttempt, status: 'lost', endedAt: null }] })).toHaveLength(1)
  })

  it('is not made after too many interruptions', () => {
    const lost = times(tries.interruptions, (n) => ({ ...someAttempt, id: `l${n}`, status: 'lost' as const }))
    expect(next({ attempts: lost })).toEqual([
      { do: 'fail-task', taskId: 'a', error: 'Its attempts were interrupted 25 times.' },
    ])
  })

  it.each([
    [
      'the line of the check that failed',
      { status: 'succeeded' as const },
      [
        work('checks', {
          kind: 'checks',
          verdict: 'fail',
          commit: 'c1',
          failed: [{ kind: 'setup', command: 'npm ci', log: 'ok\nnpm error no network' }],
        }),
      ],
      'The setup "npm ci" failed. npm error no network',
    ],
    [
      'the check alone, when it said nothing',
      { status: 'succeeded' as const },
      [
        work('checks', {
          kind: 'checks',
          verdict: 'fail',
          commit: 'c1',
          failed: [{ command: 'x', log: '' }],
        }),
      ],
      'The check "x" failed.',
    ],
    ['why it failed', { status: 'failed' as const, error: 'a' }, [], 'The attempt before this one failed: a'],
    ['that it failed, when nobody knows why', { status: 'failed' as const }, [], 'the attempt failed'],
    [
      'that it was cancelled',
      { status: 'cancelled' as const, error: 'it was stopped' },
      [],
      'it was stopped',
    ],
  ])('is not made after the last one, whose end reports %s', (_what, change, ended, why) => {
    const attempts = times(tries.perTask, (n) => ({
      ...someAttempt,
      id: n === 3 ? 'a1' : `f${n}`,
      ...change,
    }))
    expect(next({ tasks: [checked], attempts, work: ended })).toEqual([
      { do: 'fail-task', taskId: 'a', error: `Gave up after 4 attempts. The last one: ${why}` },
    ])
  })
})

describe('a job that has nothing to do now', () => {
  const wait = { for: 'retry' as const, on: 'it', since: '', until: new Date(NOW + 5000).toISOString() }
  const crashed = (id: string, endedAt: number): Attempt => ({
    ...someAttempt,
    id: `${id}1`,
    taskId: id,
    status: 'failed',
    endedAt,
  })
  const two = [someTask, { ...someTask, id: 'b', key: 'b', title: 'B' }]

  it('waits for its earliest next attempt, and reports it only once', () => {
    const attempts = [crashed('a', NOW + 4500), crashed('b', NOW + 4000)]
    expect(next({ tasks: two, attempts })).toMatchObject([{ taskId: 'b', until: NOW + 5000 }])
    expect(next({ tasks: two.toReversed(), attempts })).toMatchObject([{ taskId: 'b', until: NOW + 5000 }])
    expect(next({ tasks: two, attempts, job: { ...someJob, status: 'waiting', wait } })).toEqual([])
  })

  it('does not wait while any of its work runs', () => {
    const open = work('attempt', null, { taskId: 'b', status: 'running', held: true })
    const parts = { tasks: two, attempts: [crashed('a', NOW + 4500)], work: [open] }
    expect(next(parts)).toEqual([])
    expect(next({ ...parts, job: { ...someJob, wait } })).toEqual([{ do: 'stop-waiting' }])
  })

  it('continues when there is something to do', () => {
    expect(next({ job: { ...someJob, status: 'waiting', wait } })).toMatchObject([
      { do: 'stop-waiting' },
      { do: 'start-review' },
    ])
  })

  it('fails with its failed task', () => {
    const failed = (error: string | null): Decision[] =>
      next({ tasks: [{ ...someTask, status: 'failed', error }], attempts: [] })
    expect(failed('it crashed')).toEqual([{ do: 'fail-job', error: 'The task "A" failed: it crashed' }])
    expect(failed(null)).toEqual([{ do: 'fail-job', error: 'The task "A" failed.' }])
  })

  it.each(['completed', 'failed', 'cancelled'] as const)('is left alone when it is %s', (status) => {
    expect(next({ job: { ...someJob, status } })).toEqual([])
  })
})
