import { expect, it } from 'vitest'
import type { EventView } from '../../../src/contract/events/event.ts'
import { gathered, kindOf, matches } from './activity-rows.ts'

let seq = 0
function event(type: string, rest: Partial<EventView> = {}): EventView {
  seq += 1
  return {
    seq,
    at: '2026-01-01T00:00:00.000Z',
    type,
    actor: 'server',
    task_id: null,
    attempt_id: null,
    message: type,
    data: {},
    ...rest,
  }
}

const everything = { kind: undefined, agent: undefined, attempt: undefined, text: undefined }

it.each([
  ['plan.approved', 'person', 'people'],
  ['message.delivered', 'server', 'people'],
  ['session.message', 'agent:Ada', 'agents'],
  ['attempt.failed', 'server', 'agents'],
  ['plan.adopted', 'server', 'tasks'],
  ['review.verdict', 'agent:Ada', 'tasks'],
  ['check.finished', 'server', 'checks'],
  ['job.completed', 'server', 'system'],
  ['something.new', 'server', 'system'],
])('%s by %s is about %s', (type, actor, kind) => {
  expect(kindOf({ type, actor })).toBe(kind)
})

it('a filter looks at kind, agent and words together', () => {
  const said = event('session.message', { actor: 'agent:Ada', message: 'The Sign is wrong.' })
  expect(matches(said, everything)).toBe(true)
  expect(matches(said, { ...everything, agent: 'Ada', kind: 'agents', text: 'sign' })).toBe(true)
  expect(matches(said, { ...everything, agent: 'Bob' })).toBe(false)
  expect(matches(said, { ...everything, kind: 'checks' })).toBe(false)
  expect(matches(said, { ...everything, text: 'colour' })).toBe(false)
})

it('the chatter of sessions that go on side by side is one line each, until something else happens', () => {
  const rows = gathered([
    event('task.ready', { message: 'begin' }),
    event('session.message', { attempt_id: 'a', message: 'one' }),
    event('session.message', { attempt_id: 'b', message: 'two' }),
    event('session.tool_call', { attempt_id: 'a', message: 'tool call 7', data: { id: '7' } }),
    event('task.merged', { message: 'merged' }),
    event('session.message', { attempt_id: 'a', message: 'three' }),
  ])
  expect(
    rows.map((row) =>
      row.kind === 'event' ? row.event.message : `${row.last.attempt_id}: ${row.said} (${row.count})`,
    ),
  ).toEqual(['begin', 'b: two (1)', 'a: one (2)', 'merged', 'a: three (1)'])
})
