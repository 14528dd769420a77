import { expect, it } from 'vitest'
import type { TaskView } from '../../src/contract/job.ts'
import type { JobStatus } from '../../src/contract/words.ts'
import { columnsOf, dependenciesOf } from './columns.ts'
import { task } from './task.fixture.ts'

const drawn = (tasks: readonly TaskView[]): Record<string, string[]> =>
  Object.fromEntries(
    columnsOf(tasks).map((column) => [column.title, column.tasks.map(({ task_id }) => task_id)]),
  )

it('every status has its column, and every card stands in one', () => {
  expect(
    drawn([
      task('a', 'pending', { position: 2 }),
      task('b', 'ready', { position: 1 }),
      task('c', 'running'),
      task('d', 'review'),
      task('e', 'completed', { completed_at: '2026-01-01T00:00:01.000Z' }),
      task('f', 'skipped'),
      task('g', 'cancelled', { completed_at: '2026-01-01T00:00:02.000Z' }),
      task('h', 'failed'),
    ]),
  ).toEqual({
    'To do': ['b', 'a'],
    'In progress': ['c'],
    Review: ['d'],
    Done: ['e'],
    Failed: ['h'],
    'Not done': ['g', 'f'],
  })
})

it('without failures there is no column for them', () => {
  expect(Object.keys(drawn([]))).toEqual(['To do', 'In progress', 'Review', 'Done'])
})

it('nothing is said to be left to begin only when there is a plan and all of it has begun', () => {
  const approval = { for: 'approval', on: 'the plan', since: '', until: null } as const
  const said = (
    current_phase: 'planning' | 'building',
    wait: typeof approval | null,
    status: JobStatus = 'running',
  ): string | undefined => columnsOf([task('a', 'running')], { current_phase, wait, status })[0]?.empty
  expect([said('planning', null), said('planning', approval), said('building', null)]).toEqual([
    'The plan is being written.',
    'The plan waits for your approval.',
    'Nothing left to begin.',
  ])
  expect([said('planning', null, 'cancelled'), said('building', null, 'failed')]).toEqual([
    'Nothing waits to begin.',
    'Nothing waits to begin.',
  ])
})

it('a pending card names what holds it up, any card what it was built on', () => {
  const dependencies = dependenciesOf([
    task('a', 'completed'),
    task('b', 'running', { depends_on: ['a'] }),
    task('c', 'pending', { depends_on: ['a', 'b', 'gone'] }),
  ])
  expect(dependencies.get('b')).toEqual({ all: ['Task a'], waitsFor: [] })
  expect(dependencies.get('c')).toEqual({ all: ['Task a', 'Task b'], waitsFor: ['Task b'] })
})
