import { expect, it } from 'vitest'
import { phaseSteps } from './phases.ts'

const states = (...args: Parameters<typeof phaseSteps>): string =>
  phaseSteps(...args)
    .map(({ phase, state }) => `${phase} ${state}`)
    .join(', ')

it('a running job has phases behind it and phases before it', () => {
  expect(states({ current_phase: 'building', status: 'running', mode: 'team' }, [])).toBe(
    'queued done, planning done, building now, proving next, delivering next, completed next',
  )
})

it('a failed job shows the phase of the task that failed', () => {
  const tasks = [
    { status: 'completed', phase: 'planning' },
    { status: 'failed', phase: 'building' },
  ] as const
  expect(states({ current_phase: 'error', status: 'failed', mode: 'team' }, tasks)).toContain(
    'planning done, building failed, proving next',
  )
})

it('a job whose tasks are all good failed at its proof', () => {
  expect(states({ current_phase: 'error', status: 'failed', mode: 'team' }, [])).toContain('proving failed')
})

it('one agent alone makes no plan', () => {
  expect(states({ current_phase: 'completed', status: 'completed', mode: 'solo' }, [])).toBe(
    'queued done, building done, proving done, delivering done, completed done',
  )
})
