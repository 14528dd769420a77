import { expect, it } from 'vitest'
import type { EventView } from '../../../src/contract/events/event.ts'
import { transcriptItems } from './transcript-items.ts'

let seq = 0
function event(type: string, message: string, data: Record<string, unknown> = {}): EventView {
  seq += 1
  return {
    seq,
    at: `2026-01-01T00:00:${String(seq % 60).padStart(2, '0')}.000Z`,
    type,
    actor: 'agent:Developer 1',
    task_id: null,
    attempt_id: null,
    message,
    data,
  }
}

const shape = (events: readonly EventView[]): unknown[] =>
  transcriptItems(events).map(({ seq: _seq, at: _at, ...item }) => item)

it('pieces of a message are one message, and a thought between them parts them', () => {
  expect(
    shape([
      event('session.message', 'Hel'),
      event('session.message', 'lo.'),
      event('session.thought', 'Hm.'),
      event('session.message', 'Done.'),
    ]),
  ).toEqual([
    { kind: 'message', text: 'Hello.' },
    { kind: 'thought', text: 'Hm.' },
    { kind: 'message', text: 'Done.' },
  ])
})

it('the pieces of a tool call are one call, which stands where it began', () => {
  const items = transcriptItems([
    event('session.tool_call', 'Run the tests', {
      id: 't',
      kind: 'execute',
      status: 'pending',
      input: { a: 1 },
    }),
    event('session.message', 'Let us see.'),
    event('session.tool_call', 'tool call t', {
      id: 't',
      status: 'completed',
      output: 'ok',
      paths: ['a.js'],
    }),
  ])
  expect(items).toHaveLength(2)
  expect(items[0]).toMatchObject({
    kind: 'tool',
    title: 'Run the tests',
    toolKind: 'execute',
    status: 'completed',
    input: { a: 1 },
    output: 'ok',
    paths: ['a.js'],
  })
})

it('a plan stands once, as it is now', () => {
  const entries = [{ content: 'Write it', status: 'completed' }]
  expect(
    shape([
      event('session.plan', 'Plan: 0 of 1 done', { entries: [{ content: 'Write it', status: 'pending' }] }),
      event('session.plan', 'Plan: 1 of 1 done', { entries }),
    ]),
  ).toEqual([{ kind: 'plan', entries }])
})

it('what a person wrote learns when it was delivered', () => {
  const said = event('person.message', 'To Developer 1: Mind the sign.', {
    message_id: 'm',
    text: 'Mind the sign.',
  })
  expect(shape([said])).toMatchObject([{ kind: 'person', text: 'Mind the sign.', deliveredAt: null }])
  const told = event('message.delivered', 'Developer 1 was told: Mind the sign.', {
    message_id: 'm',
    by: 'turn',
  })
  expect(shape([said, told])).toMatchObject([
    { kind: 'person', text: 'Mind the sign.', deliveredAt: told.at },
  ])
  expect(shape([told])).toMatchObject([{ kind: 'person', text: 'Mind the sign.', deliveredAt: told.at }])
})

it('data of a shape nobody expected is left out', () => {
  expect(
    shape([
      event('session.tool_call', 'Look', { id: 'x', status: 7, paths: 'a', output: { deep: true } }),
      event('session.plan', 'Plan', { entries: 'none' }),
      event('session.permission', 'Write a file: allow_once', { answer: 'allow_once' }),
      event('session.new_thing', 'Something new.'),
    ]),
  ).toMatchObject([
    { kind: 'tool', title: 'Look', status: null, paths: [], output: null },
    { kind: 'plan', entries: [] },
    { kind: 'permission', text: 'Write a file', answer: 'allow_once' },
    { kind: 'step', text: 'Something new.' },
  ])
})
