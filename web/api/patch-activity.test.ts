import { QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import type { EventView } from '../../src/contract/events/event.ts'
import { task } from '../board/task.fixture.ts'
import { keys } from './keys.ts'
import { patchActivity } from './patch-activity.ts'

const said = (message: string, rest: Partial<EventView> = {}): EventView => ({
  seq: 1,
  at: '2026-01-01T00:00:00.000Z',
  type: 'session.message',
  actor: 'agent:Developer 1',
  task_id: 'a',
  attempt_id: 'x',
  message,
  data: {},
  ...rest,
})

function activityAfter(events: readonly EventView[]): readonly (string | null)[] {
  const cache = new QueryClient()
  const key = keys.part('job', 'tasks')
  cache.setQueryData(key, [task('a', 'running'), task('b', 'completed')])
  patchActivity(cache, 'job', events)
  return cache.getQueryData<ReturnType<typeof task>[]>(key)?.map(({ activity }) => activity) ?? []
}

it('a card at work shows the first line of what was said last', () => {
  expect(activityAfter([said('One.'), said('Two.\nThree.')])).toEqual(['Two.', null])
})

it('what says nothing to a reader changes nothing', () => {
  const piece = said('tool call 7', { type: 'session.tool_call', data: { id: '7' } })
  const tokens = said('12 tokens', { type: 'session.usage' })
  expect(activityAfter([said('One.'), piece, tokens, said(' \n')])).toEqual(['One.', null])
})

it('what an agent reports stands for half a minute against what is overheard of it', () => {
  const report = said('Half is done.', { type: 'attempt.progress' })
  const early = said('Hm.', { at: '2026-01-01T00:00:29.000Z' })
  const other = said('And I.', { actor: 'agent:Developer 2', task_id: 'b' })
  expect(activityAfter([report, early, other])).toEqual(['Half is done.', null])
  expect(activityAfter([report, said('Hm.', { at: '2026-01-01T00:00:31.000Z' })])).toEqual(['Hm.', null])
  expect(activityAfter([report, said('Nearly.', { type: 'attempt.progress' })])).toEqual(['Nearly.', null])
})

it('a finished task says nothing any more', () => {
  expect(activityAfter([said('Late.', { task_id: 'b' })])).toEqual([null, null])
})
