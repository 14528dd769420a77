import { expect, test } from 'vitest'
import { ApiError } from '../../../src/client/api-error.ts'
import { Plan } from '../../../src/contract/plan.ts'
import {
  addTask,
  changeTask,
  fromDraft,
  moveTask,
  problemsOf,
  refusedParts,
  removeTask,
  toDraft,
} from './draft.ts'

const plan = Plan.parse({
  title: 'P',
  checks: ['npm test'],
  tasks: [
    { key: 'a', title: 'A', description: 'a', checks: ['x', 'y'] },
    { key: 'b', title: 'B', description: 'b', depends_on: ['a'], acceptance: ['works'] },
  ],
})
const draft = toDraft(plan)

test('a plan that nobody changed is sent as it came', () => {
  expect(fromDraft(draft)).toEqual(plan)
})

test('tasks are moved, removed with what waited for them, and added under a key of their own', () => {
  expect(moveTask(draft, 'b', -1).tasks.map((task) => task.key)).toEqual(['b', 'a'])
  expect(moveTask(draft, 'a', -1)).toBe(draft)
  expect(removeTask(draft, 'a').tasks).toMatchObject([{ key: 'b', dependsOn: [] }])
  const twice = addTask(addTask(draft))
  expect(new Set(twice.tasks.map((task) => task.key)).size).toBe(4)
})

test('what is missing is said at its task', () => {
  expect([...problemsOf(addTask(draft)).byKey.keys()]).toEqual(['task-3'])
  expect(problemsOf({ ...draft, tasks: [] }).whole).toEqual(['Keep at least one task.'])
  expect(problemsOf(changeTask(draft, 'a', { title: 'Other' })).byKey.size).toBe(0)
})

test('what the server refuses is shown at the task that it names', () => {
  const issues = [
    { path: 'plan.tasks.1.depends_on', message: 'task "b" depends on itself' },
    { path: 'plan.title', message: 'too long' },
  ]
  const refused = refusedParts(draft, new ApiError(400, 'invalid_request', 'no', { issues }))
  expect(refused.byKey.get('b')).toEqual(['task "b" depends on itself'])
  expect(refused.whole).toEqual(['too long'])
  expect(refusedParts(draft, new ApiError(409, 'plan_changed', 'It changed.')).whole).toEqual(['It changed.'])
})
