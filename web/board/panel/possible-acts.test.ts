import { expect, it } from 'vitest'
import { possibleActs } from './possible-acts.ts'

const acts = (...[job, task]: Parameters<typeof possibleActs>): string =>
  Object.entries(possibleActs(job, task))
    .filter(([, can]) => can)
    .map(([name]) => name)
    .join(' ')

it.each([
  ['running', 'team', 'running', 'building', 'canCancel canWrite'],
  ['running', 'team', 'running', 'planning', 'canWrite'],
  ['running', 'solo', 'running', 'building', 'canWrite'],
  ['running', 'team', 'completed', 'building', ''],
  ['running', 'team', 'cancelled', 'building', 'canRetry'],
  ['failed', 'team', 'failed', 'building', 'canRetry'],
  ['failed', 'team', 'skipped', 'building', 'canRetry'],
  ['cancelled', 'team', 'cancelled', 'building', ''],
  ['completed', 'team', 'cancelled', 'building', ''],
] as const)('a %s %s job and its %s task of the %s phase: %s', (status, mode, taskStatus, phase, can) => {
  expect(acts({ status, mode }, { status: taskStatus, phase })).toBe(can)
})
