import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { tries } from './limits.ts'
import type { Attempt, Snapshot, Task, Work } from './model.ts'
import { someAttempt, someJob, someTask } from '../../test/helpers/scene.ts'

const job = someJob

const task: Task = { ...someTask, checks: ['true'] }

const attempt = someAttempt

const done = { epoch: 1, status: 'done', held: false } as const
const passed: Work = {
  ...done,
  id: 'w1',
  kind: 'checks',
  taskId: 'a',
  attemptId: 'a1',
  outcome: { kind: 'checks', verdict: 'pass', commit: 'c1', failed: [] },
}
const review: Attempt = {
  ...attempt,
  id: 'r1',
  kind: 'review',
  subjectId: 'a1',
  outcome: { review: { verdict: 'pass', summary: 'good', findings: [] } },
}

function scene(parts: Partial<Snapshot>): Snapshot {
  return {
    job,
    tasks: [task],
    agents: [],
    attempts: [attempt],
    work: [],
    findings: [],
    models: { spent: null, budgetVersion: 0, blocked: [] },
    ...parts,
  }
}

function acts(snapshot: Snapshot, now = 1_000_000): string[] {
  return decide(snapshot, now, 1000).map((decision) => decision.do)
}

const error = (more: object): Work['outcome'] => ({ kind: 'error', message: 'it is gone', ...more })

describe('an error of the server', () => {
  it('that would occur again fails the task, or the job, at the first attempt', () => {
    const work: Work = {
      ...done,
      id: 'w',
      kind: 'attempt',
      taskId: 'a',
      attemptId: 'a1',
      outcome: error({ permanent: true }),
    }
    const failed = { ...attempt, status: 'failed' as const }
    expect(decide(scene({ attempts: [failed], work: [work] }), 1_000_000, 1000)).toMatchObject([
      { do: 'fail-task', error: 'it is gone' },
    ])
    const proving = { ...job, phase: 'proving' as const }
    const tasks = [{ ...task, status: 'completed' as const }]
    const checks: Work = { ...work, kind: 'checks', taskId: null, attemptId: null }
    expect(decide(scene({ job: proving, tasks, work: [checks] }), 0, 1000)).toEqual([
      { do: 'fail-job', error: 'it is gone' },
    ])
  })

  it('that interrupted a delivery counts as an interruption, not as one of its three attempts', () => {
    const delivering = { ...job, phase: 'delivering' as const }
    const tasks = [{ ...task, status: 'completed' as const }]
    const proof: Work = {
      ...done,
      id: 'p',
      kind: 'checks',
      taskId: null,
      attemptId: null,
      outcome: { kind: 'checks', verdict: 'pass', commit: 'main0', failed: [] },
    }
    const deliveries = (count: number, status: Work['status']): Work[] =>
      Array.from({ length: count }, (_, n) => ({
        ...done,
        id: `d${n}`,
        status,
        kind: 'deliver',
        taskId: null,
        attemptId: null,
        outcome: error({}),
      }))
    const next = (works: Work[]) => acts(scene({ job: delivering, tasks, work: [proof, ...works] }))
    expect(next(deliveries(tries.deliveries, 'lost'))).toEqual(['start-deliver'])
    expect(next(deliveries(tries.deliveries, 'done'))).toEqual(['fail-job'])
    expect(next(deliveries(tries.services, 'lost'))).toEqual(['fail-job'])
  })
})

describe('a job', () => {
  it('begins with planning in a team, and with one task in solo mode', () => {
    expect(decide(scene({ tasks: [], attempts: [] }), 0, 0)).toMatchObject([
      { do: 'add-tasks', tasks: [{ key: 'requirements' }, { key: 'design' }] },
    ])
    expect(decide(scene({ job: { ...job, mode: 'solo' }, tasks: [], attempts: [] }), 0, 0)).toMatchObject([
      { do: 'add-tasks', tasks: [{ key: 'build' }] },
    ])
  })

  it('is not completed when its tasks are finished: it enters proving and runs checks', () => {
    const finished = [{ ...task, status: 'completed' as const }]
    expect(acts(scene({ tasks: finished }))).toEqual(['enter-phase'])
    expect(acts(scene({ job: { ...job, phase: 'proving' }, tasks: finished }))).toEqual(['start-checks'])
  })

  it('is completed only after its checks passed on the head commit and it was delivered', () => {
    const proof: Work = {
      ...done,
      id: 'p',
      kind: 'checks',
      taskId: null,
      attemptId: null,
      outcome: { kind: 'checks', verdict: 'pass', commit: 'main0', failed: [] },
    }
    const delivery: Work = {
      ...done,
      id: 'd',
      kind: 'deliver',
      taskId: null,
      attemptId: null,
      outcome: { kind: 'delivered', path: '/r', commit: 'main0' },
    }
    const tasks = [{ ...task, status: 'completed' as const }]
    const delivering = { ...job, phase: 'delivering' as const }
    expect(decide(scene({ job: delivering, tasks, work: [proof, delivery] }), 0, 0)).toEqual([
      { do: 'complete-job', proof: 'proven', reason: null, path: '/r', commit: 'main0' },
    ])
    const stale: Work = {
      ...proof,
      outcome: { kind: 'checks', verdict: 'pass', commit: 'older', failed: [] },
    }
    expect(acts(scene({ job: delivering, tasks, work: [stale] }))).toEqual(['enter-phase', 'start-checks'])
  })

  it('repairs a failed proof three times and then fails with the evidence', () => {
    const tasks = [{ ...task, status: 'completed' as const }]
    const failure = (id: string): Work => ({
      ...done,
      id,
      kind: 'checks',
      taskId: null,
      attemptId: null,
      outcome: {
        kind: 'checks',
        verdict: 'fail',
        commit: 'main0',
        failed: [{ command: 'npm test', log: 'boom' }],
      },
    })
    const proving = { ...job, phase: 'proving' as const }
    expect(acts(scene({ job: proving, tasks, work: [failure('1')] }))).toEqual(['add-tasks', 'enter-phase'])
    const all = Array.from({ length: tries.repairs + 1 }, (_, index) => failure(String(index)))
    expect(decide(scene({ job: proving, tasks, work: all }), 0, 0)).toMatchObject([
      { do: 'fail-job', error: expect.stringContaining('npm test') },
    ])
  })

  it('checks again when a repair had nothing to change, instead of repairing for ever', () => {
    const failure: Work = {
      ...done,
      id: '1',
      kind: 'checks',
      taskId: null,
      attemptId: null,
      outcome: {
        kind: 'checks',
        verdict: 'fail',
        commit: 'main0',
        failed: [{ kind: 'setup', command: 'npm ci', log: 'no network' }],
      },
    }
    const repaired = {
      ...task,
      id: 'r',
      key: 'repair-1',
      kind: 'repair' as const,
      status: 'completed' as const,
    }
    const tasks = [{ ...task, status: 'completed' as const }, repaired]
    const proving = { ...job, phase: 'proving' as const }
    expect(acts(scene({ job: proving, tasks, work: [failure] }))).toEqual(['start-checks'])
    const again = [failure, { ...failure, id: '2' }]
    expect(decide(scene({ job: proving, tasks, work: again }), 0, 0)).toMatchObject([
      { do: 'add-tasks', tasks: [{ key: 'repair-2', checks: [] }] },
      { do: 'enter-phase' },
    ])
    const all = Array.from({ length: tries.repairs + 1 }, (_, index) => ({ ...failure, id: String(index) }))
    expect(decide(scene({ job: proving, tasks, work: all }), 0, 0)).toMatchObject([
      { do: 'fail-job', error: expect.stringContaining('The setup still fails after 3 repairs: "npm ci"') },
    ])
  })

  it('ends as cancelled only when none of its work runs any more', () => {
    const running: Work = {
      ...done,
      id: 'w',
      kind: 'attempt',
      taskId: 'a',
      attemptId: 'a1',
      status: 'running',
      held: true,
      outcome: null,
    }
    const cancelling = { ...job, cancelRequested: true }
    expect(acts(scene({ job: cancelling, work: [running] }))).toEqual([])
    expect(acts(scene({ job: cancelling, work: [{ ...running, status: 'queued' }] }))).toEqual([
      'cancel-work',
    ])
    expect(acts(scene({ job: cancelling, work: [] }))).toEqual(['cancel-task', 'cancel-job'])
  })
})

describe('a task', () => {
  it('goes from its attempt through checks and review to the merge', () => {
    expect(acts(scene({}))).toEqual(['start-checks'])
    expect(acts(scene({ work: [passed] }))).toEqual(['start-review'])
    expect(acts(scene({ work: [passed], attempts: [attempt, review] }))).toEqual(['start-merge'])
    const merged: Work = {
      ...done,
      id: 'm',
      kind: 'merge',
      taskId: 'a',
      attemptId: 'a1',
      outcome: { kind: 'merged', commit: 'main1' },
    }
    expect(decide(scene({ work: [passed, merged], attempts: [attempt, review] }), 0, 0)).toEqual([
      { do: 'complete-task', taskId: 'a', commit: 'main1' },
    ])
  })

  it('is sent back with the log of a failed check', () => {
    const failed: Work = {
      ...passed,
      outcome: {
        kind: 'checks',
        verdict: 'fail',
        commit: 'c1',
        failed: [{ command: 'node --test', log: 'not ok 1' }],
      },
    }
    expect(decide(scene({ work: [failed] }), 0, 0)).toEqual([
      {
        do: 'start-attempt',
        taskId: 'a',
        feedback: [{ kind: 'check', summary: 'The check "node --test" failed.', log: 'not ok 1' }],
      },
    ])
  })

  it('fails after its attempts, with the last reason', () => {
    const failures = Array.from({ length: tries.perTask }, (_, index) => ({
      ...attempt,
      id: `f${index}`,
      status: 'failed' as const,
      error: 'it crashed',
    }))
    expect(decide(scene({ attempts: failures }), 1e9, 1000)).toMatchObject([
      { do: 'fail-task', error: expect.stringContaining('it crashed') },
    ])
  })

  it('does not count interruptions as failures', () => {
    const lost = Array.from({ length: tries.perTask + 2 }, (_, index) => ({
      ...attempt,
      id: `l${index}`,
      status: 'lost' as const,
    }))
    expect(acts(scene({ attempts: lost }))).toEqual(['start-attempt'])
  })

  it('waits before it retries after a crash, and records until when', () => {
    const crashed = { ...attempt, status: 'failed' as const, error: 'exit code 3', endedAt: 5000 }
    expect(decide(scene({ attempts: [crashed] }), 5500, 1000)).toEqual([
      { do: 'wait-retry', taskId: 'a', until: 6000, on: 'another attempt at "A"' },
    ])
    expect(acts(scene({ attempts: [crashed] }), 6000)).toEqual(['start-attempt'])
  })

  it('starts only as many attempts at once as the job allows, in order', () => {
    const ready = ['a', 'b', 'c'].map((id, position) => ({
      ...task,
      id,
      key: id,
      status: 'ready' as const,
      position,
    }))
    expect(decide(scene({ tasks: ready, attempts: [] }), 0, 0)).toMatchObject([
      { taskId: 'a' },
      { taskId: 'b' },
    ])
  })

  it('is skipped when a dependency has failed', () => {
    const parent = { ...task, status: 'failed' as const }
    const child = { ...task, id: 'b', key: 'b', status: 'pending' as const, dependsOn: ['a'] }
    expect(acts(scene({ tasks: [parent, child], attempts: [] }))).toEqual(['skip-task'])
  })

  it('gives up work without a valid lease before it does anything else', () => {
    const orphan: Work = {
      ...done,
      id: 'w',
      kind: 'attempt',
      taskId: 'a',
      attemptId: 'a1',
      status: 'running',
      held: false,
      outcome: null,
    }
    expect(decide(scene({ work: [orphan] }), 0, 0)).toEqual([
      { do: 'lose-work', workId: 'w', attemptId: 'a1' },
    ])
  })
})

describe('a full disk', () => {
  const merged: Work = {
    ...done,
    id: 'm1',
    kind: 'merge',
    taskId: 'a',
    attemptId: 'a1',
    outcome: { kind: 'merged', commit: 'c2' },
  }
  const full = (n: number, until: number): Work => ({
    ...done,
    id: `d${n}`,
    kind: 'deliver',
    taskId: null,
    attemptId: null,
    outcome: error({ noRoomUntil: new Date(until).toISOString() }),
  })
  const proven: Work = { ...passed, id: 'w2', taskId: null, attemptId: null }
  const delivering = (work: readonly Work[]): Snapshot =>
    scene({
      job: { ...job, phase: 'delivering', headCommit: 'c1' },
      tasks: [{ ...task, status: 'completed' }],
      work: [merged, proven, ...work],
    })

  it('makes the delivery wait for disk space, any number of times, and then it is delivered', () => {
    const often = Array.from({ length: tries.services + 1 }, (_, n) => full(n, 1_005_000))
    expect(decide(delivering(often), 1_000_000, 1000)).toEqual([
      { do: 'wait-retry', for: 'disk', taskId: null, until: 1_005_000, on: 'room on the disk of the server' },
    ])
    expect(acts(delivering(often), 1_005_000)).toEqual(['start-deliver'])
    const until = new Date(1_005_000).toISOString()
    const wait = { for: 'disk' as const, on: 'room on the disk of the server', since: until, until }
    const waiting = delivering(often)
    const held = { ...waiting, job: { ...waiting.job, wait } }
    expect(acts(held, 1_005_000)).toEqual(['stop-waiting', 'start-deliver'])
  })

  it('is waited for in the same way as the restart of an upgraded server', () => {
    const outcome = error({ upgradedUntil: new Date(1_005_000).toISOString() })
    const often = Array.from({ length: tries.services + 1 }, (_, n) => ({ ...full(n, 0), outcome }))
    const on = 'a restart of the server: Slipway was upgraded'
    expect(decide(delivering(often), 1_000_000, 1000)).toEqual([
      { do: 'wait-retry', for: 'upgrade', taskId: null, until: 1_005_000, on },
    ])
    expect(acts(delivering(often), 1_005_000)).toEqual(['start-deliver'])
  })

  it('does not interrupt running work, and is waited for only once', () => {
    const waiting = delivering([full(1, 1_005_000)])
    const until = new Date(1_005_000).toISOString()
    const wait = { for: 'disk' as const, on: '', since: until, until }
    expect(acts({ ...waiting, job: { ...waiting.job, wait } })).toEqual([])
    const open: Work = { ...merged, id: 'm2', status: 'running', held: true, outcome: null }
    expect(acts({ ...waiting, work: [...waiting.work, open] })).toEqual([])
  })
})
