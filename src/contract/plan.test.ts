import { expect, it } from 'vitest'
import { Plan } from './plan.ts'

const task = (key: string, depends_on: string[] = []): object => ({
  key,
  title: key,
  description: key,
  depends_on,
})

it('a valid plan gets its defaults', () => {
  expect(Plan.parse({ title: 'T', tasks: [task('a'), task('b', ['a'])] })).toMatchObject({
    checks: [],
    tasks: [
      { key: 'a', role: 'developer', checks: [] },
      { key: 'b', depends_on: ['a'] },
    ],
  })
})

it.each([
  ['an unknown dependency', [task('a', ['x'])], 'task "a" depends on "x", which is not in the plan'],
  ['a cycle', [task('a', ['b']), task('b', ['a'])], 'depends on itself through its dependencies'],
  ['a key used twice', [task('a'), task('a')], 'two tasks have the key "a"'],
])('%s is reported', (_, tasks, message) => {
  const result = Plan.safeParse({ title: 'T', tasks })
  expect(result.error?.issues.map((issue) => issue.message).join('; ')).toContain(message)
})
