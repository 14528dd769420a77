import { describe, expect, it } from 'vitest'
import { someJob, someTask } from '../../test/helpers/scene.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { tries } from './limits.ts'
import type { FailedCheck, Snapshot, Task, Work, WorkOutcome } from './model.ts'

const done: Task = { ...someTask, status: 'completed' }

const work = (kind: Work['kind'], outcome: WorkOutcome | null, id = 'w'): Work => ({
  id,
  epoch: 1,
  kind,
  taskId: null,
  attemptId: null,
  status: outcome === null ? 'lost' : 'done',
  held: false,
  outcome,
})
const checks = (verdict: 'pass' | 'fail' | 'none', more: object = {}): Work =>
  work('checks', { kind: 'checks', verdict, commit: 'main0', failed: [], ...more })

function next(parts: Partial<Snapshot>, phase: 'proving' | 'delivering' = 'proving'): Decision[] {
  const snapshot: Snapshot = {
    job: { ...someJob, phase },
    tasks: [done],
    agents: [],
    attempts: [],
    work: [],
    findings: [],
    models: { spent: null, budgetVersion: 0, blocked: [] },
    ...parts,
  }
  return decide(snapshot, 0, 0)
}

describe('the proof of a job', () => {
  it('is run again after an interruption, up to a limit', () => {
    const lost = Array.from({ length: tries.services }, (_, n) => work('checks', null, `w${n}`))
    expect(next({ work: lost.slice(1) })).toMatchObject([{ do: 'start-checks' }])
    expect(next({ work: lost })).toEqual([{ do: 'fail-job', error: 'The checks could not be run.' }])
    const last = work('checks', { kind: 'error', message: 'no git' })
    expect(next({ work: [...lost.slice(1), last] })).toEqual([
      { do: 'fail-job', error: 'The checks could not be run: no git' },
    ])
  })

  it('is reported as none where nothing was checked, and the job is delivered anyway', () => {
    const delivered = work('deliver', { kind: 'delivered', path: '/r', commit: 'main0' })
    expect(next({ work: [checks('none')] })).toEqual([
      { do: 'enter-phase', phase: 'delivering' },
      { do: 'start-deliver' },
    ])
    const complete = (more: object): Decision[] =>
      next({ work: [checks('none', more), delivered] }, 'delivering')
    expect(complete({})).toMatchObject([
      { do: 'complete-job', proof: 'unproven', reason: 'There was no check to run.' },
    ])
    expect(complete({ reason: 'They prove nothing.' })).toMatchObject([
      { proof: 'unproven', reason: 'They prove nothing.' },
    ])
  })

  it('fails finally with the output of the check, if there was any', () => {
    const failures = (failed: readonly FailedCheck[]): Work[] =>
      Array.from({ length: tries.repairs + 1 }, () => checks('fail', { failed }))
    const said = (failed: readonly FailedCheck[]): unknown =>
      next({ work: failures(failed) }).map((decision) => (decision.do === 'fail-job' ? decision.error : null))
    const silent = { command: 'a', log: '' }
    expect(said([silent])).toEqual([
      'The checks still fail after 3 repairs: "a". The evidence is kept with the job.',
    ])
    expect(said([silent, { command: 'b', log: 'Error: no' }])).toEqual([
      'The checks still fail after 3 repairs: "a", "b". It says: Error: no The evidence is kept with the job.',
    ])
  })

  it('is partial while findings remain, and names some of them', () => {
    const findings = Array.from({ length: 5 }, (_, n) => ({
      id: `f${n}`,
      message: `Test ${n} is gone.`,
      commit: 'main0',
      waived: false,
    }))
    const restored: Task = { ...done, id: 'r', key: 'restore-tests', kind: 'repair' }
    const delivered = work('deliver', { kind: 'delivered', path: '/r', commit: 'main0' })
    const passed = checks('pass')
    expect(next({ work: [passed], findings })).toMatchObject([
      { do: 'add-tasks', tasks: [{ key: 'restore-tests', checks: [] }] },
      { do: 'enter-phase', phase: 'building' },
    ])
    expect(
      next({ tasks: [done, restored], work: [passed, delivered], findings }, 'delivering'),
    ).toMatchObject([
      {
        proof: 'partial',
        reason:
          'The checks pass, but the tests were weakened. Test 0 is gone. Test 1 is gone. Test 2 is gone. And 2 more.',
      },
    ])
  })

  it('cannot be delivered after too many interruptions', () => {
    const lost = Array.from({ length: tries.services }, (_, n) => work('deliver', null, `d${n}`))
    expect(next({ work: [checks('pass'), ...lost] }, 'delivering')).toEqual([
      { do: 'fail-job', error: 'The repository could not be delivered.' },
    ])
  })
})

describe('a finished planning task', () => {
  const planned: Task = { ...done, kind: 'plan', role: 'architect' }

  it('without a plan fails the job, with or without approval', () => {
    const failed = [{ do: 'fail-job', error: 'Planning ended without a plan.' }]
    expect(next({ tasks: [planned] })).toEqual(failed)
    expect(next({ tasks: [planned], job: { ...someJob, approvePlan: true } })).toEqual(failed)
    expect(next({ tasks: [planned], job: { ...someJob, approvePlan: true, planApproved: true } })).toEqual(
      failed,
    )
  })
})
