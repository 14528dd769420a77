import { describe, expect, it } from 'vitest'
import type { JobStatus, Phase, TaskStatus } from '../contract/words.ts'
import { progressOf } from './progress.ts'

const solo = (status: JobStatus, phase: Phase, task: TaskStatus): number =>
  progressOf({ mode: 'solo', status, phase, before: 0 }, [{ kind: 'build', status: task }])

describe('the progress of a single agent', () => {
  it('is zero at the beginning: there is no planning, and a started task is not done', () => {
    expect(solo('queued', 'queued', 'pending')).toBe(0)
    expect(solo('running', 'building', 'running')).toBe(0)
  })

  it('stays zero when the job is cancelled before it began', () => {
    expect(solo('cancelled', 'queued', 'cancelled')).toBe(0)
  })

  it('is the same at the end as that of a team', () => {
    const built = solo('running', 'proving', 'completed')
    const team = progressOf({ mode: 'team', status: 'running', phase: 'proving', before: 0 }, [
      { kind: 'plan', status: 'completed' },
      { kind: 'build', status: 'completed' },
    ])
    expect([built, team, solo('completed', 'completed', 'completed')]).toEqual([84, 84, 100])
    expect(solo('running', 'delivering', 'completed')).toBe(92)
  })
})

it('the progress of a team is zero while it plans', () => {
  const job = { mode: 'team' as const, status: 'running' as const, phase: 'planning' as const, before: 0 }
  const tasks = [
    { kind: 'plan', status: 'running' as const },
    { kind: 'plan', status: 'pending' as const },
  ]
  expect(progressOf(job, tasks)).toBe(0)
})
