import { expect, it } from 'vitest'
import type { AgentView, AttemptView } from '../../../src/contract/job.ts'
import { chooseSession, likeliestAgent } from './choose-session.ts'

const usage = { input_tokens: 0, output_tokens: 0, cached_tokens: 0, cost_usd: null, unpriced_tokens: 0 }

function agent(id: string, rest: Partial<AgentView> = {}): AgentView {
  return {
    id,
    name: `Agent ${id}`,
    role: 'developer',
    backend: 'offline',
    model: null,
    status: 'idle',
    phase: null,
    task_id: null,
    task_title: null,
    attempt_id: null,
    usage,
    last_activity: null,
    last_activity_at: null,
    ...rest,
  }
}

function attempt(id: string, of: string): AttemptView {
  return {
    id,
    task_id: 'task',
    number: 1,
    kind: 'work',
    role: 'developer',
    agent: of,
    backend: 'offline',
    status: 'succeeded',
    stop_reason: null,
    error: null,
    base_commit: null,
    head_commit: null,
    walls: null,
    usage,
    created_at: '2026-01-01T00:00:00.000Z',
    started_at: null,
    ended_at: null,
  }
}

const a = agent('a', { attempt_id: 'a2' })
const b = agent('b')
const attempts = [attempt('a1', 'Agent a'), attempt('a2', 'Agent a')]

it('an agent is shown with its newest session, an attempt with its own', () => {
  expect(chooseSession([a, b], attempts, { agent: 'a' })).toEqual({
    agent: a,
    attemptId: 'a2',
    isNewest: true,
  })
  expect(chooseSession([a, b], attempts, { agent: 'b' })).toEqual({
    agent: b,
    attemptId: null,
    isNewest: true,
  })
  expect(chooseSession([a, b], attempts, { attempt: 'a1' })).toEqual({
    agent: a,
    attemptId: 'a1',
    isNewest: false,
  })
})

it('an address that names nobody, or somebody who is not there, shows nothing', () => {
  expect(chooseSession([a, b], attempts, {})).toBeNull()
  expect(chooseSession([a, b], attempts, { attempt: 'gone' })).toBeNull()
})

it('who works is looked at first, then who spoke last', () => {
  const early = agent('early', { last_activity_at: '2026-01-01T00:00:00.000Z' })
  const late = agent('late', { last_activity_at: '2026-01-02T00:00:00.000Z' })
  expect(likeliestAgent([early, late])).toBe(late)
  const working = agent('working', { status: 'working' })
  expect(likeliestAgent([early, working, late])).toBe(working)
  expect(likeliestAgent([])).toBeUndefined()
})
