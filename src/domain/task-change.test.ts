import { expect, it } from 'vitest'
import { taskChange } from './task-change.ts'

const attempt = (base: string | null, head: string | null): { base: string | null; head: string | null } => ({
  base,
  head,
})

it.each([
  ['nothing was tried', [], [null, null]],
  ['the first attempt has not begun', [attempt(null, null)], [null, null]],
  ['the first attempt runs', [attempt('m0', null)], ['m0', null]],
  ['one attempt did it', [attempt('m0', 'a')], ['m0', 'a']],
  ['a repair built on the attempt before', [attempt('m0', 'a'), attempt('a', 'b')], ['m0', 'b']],
  ['a repair runs', [attempt('m0', 'a'), attempt('a', null)], ['m0', 'a']],
  ['a repair changed nothing', [attempt('m0', 'a'), attempt('a', 'a'), attempt('a', 'c')], ['m0', 'c']],
  ['an attempt was lost between', [attempt('m0', 'a'), attempt('a', null), attempt('a', 'c')], ['m0', 'c']],
  ['a conflict began anew', [attempt('m0', 'a'), attempt('m1', 'b'), attempt('b', 'c')], ['m1', 'c']],
  ['nothing was changed at all', [attempt('m0', 'm0')], ['m0', 'm0']],
])('when %s', (_, attempts, [base, head]) => {
  expect(taskChange(attempts)).toEqual({ base, head })
})
