import { expect, it } from 'vitest'
import { isDemo } from './demo.ts'

it.each([
  [{ backend: 'offline', agents: {}, mode: 'team' as const }, true],
  [{ backend: 'offline', agents: {}, mode: 'solo' as const }, true],
  [{ backend: 'codex', agents: { reviewer: 'offline' }, mode: 'team' as const }, true],
  [{ backend: 'codex', agents: { reviewer: 'offline' }, mode: 'solo' as const }, false],
  [{ backend: 'offline', agents: { developer: 'codex' }, mode: 'solo' as const }, false],
  [{ backend: 'codex', agents: {}, mode: 'team' as const }, false],
])('%o is the work of the demo: %s', (job, demo) => {
  expect(isDemo(job)).toBe(demo)
})
