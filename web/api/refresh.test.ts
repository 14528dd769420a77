import { expect, it } from 'vitest'
import type { EventView } from '../../src/contract/event.ts'
import { staleParts } from './refresh.ts'

function event(type: string): EventView {
  return {
    seq: 1,
    at: '2030-01-01T00:00:00.000Z',
    type,
    actor: 'server',
    task_id: null,
    attempt_id: null,
    message: '',
    data: {},
  }
}

it('an event puts out of date what it is about, and a merge the repository too', () => {
  expect(staleParts(event('check.finished'))).toEqual(['checks', 'tasks', 'job'])
  expect(staleParts(event('session.tool_call'))).not.toContain('files')
  expect(staleParts(event('task.merged'))).toEqual(
    expect.arrayContaining(['tasks', 'files', 'diff', 'commits']),
  )
})

it('an event of a kind nobody knows yet puts the job itself out of date', () => {
  expect(staleParts(event('weather.changed'))).toContain('job')
})
