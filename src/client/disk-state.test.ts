import { expect, it } from 'vitest'
import { diskState } from './disk-state.ts'

it.each([
  [99, 'full'],
  [100, 'nearly_full'],
  [299, 'nearly_full'],
  [300, 'enough'],
] as const)('a disk with %d bytes free of 100 that must be is %s', (free, state) => {
  expect(diskState({ free, needed: 100 })).toBe(state)
})
