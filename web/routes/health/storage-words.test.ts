import { expect, it } from 'vitest'
import type { StoredJob } from '../../../src/contract/storage.ts'
import { aboutToBeLost, goesWords, retentionSentence } from './storage-words.ts'

const now = Date.parse('2030-01-31T00:00:00Z')
const day = 86_400_000

it.each([
  [{ days: null, gigabytes: null }, 'Jobs are kept for good.'],
  [{ days: 1, gigabytes: null }, 'Jobs are removed a day after they end.'],
  [
    { days: null, gigabytes: 0.5 },
    'When all jobs together hold more than 0.5 GB, those that have ended are removed: first those somebody has a copy of, then the oldest.',
  ],
  [
    { days: 30, gigabytes: 5 },
    'Jobs are removed 30 days after they end, or earlier when all jobs together hold more than 5 GB.',
  ],
])('the retention %o is one sentence', (retention, sentence) => {
  expect(retentionSentence(retention)).toBe(sentence)
})

it('a job says when it goes, and why', () => {
  const soon = new Date(now + 3 * day).toISOString()
  expect(goesWords({ goes: 'size', goes_at: soon }, now)).toBe('next, to make room')
  expect(goesWords({ goes: 'age', goes_at: soon }, now)).toBe('next, too old')
  expect(goesWords({ goes: null, goes_at: soon }, now)).toBe('in 3 days')
  const tomorrow = new Date(now + 30 * 3_600_000).toISOString()
  expect(goesWords({ goes: null, goes_at: tomorrow }, now)).toBe('in 1 d 6 h')
  expect(goesWords({ goes: null, goes_at: null }, now)).toBe('stays')
})

it('what nobody has a copy of is named a week before it goes, and what goes next comes first', () => {
  const job = (id: string, change: Partial<StoredJob>): StoredJob => ({
    id,
    title: id,
    status: 'completed',
    bytes: 1,
    completed_at: new Date(now - day).toISOString(),
    taken_at: null,
    archived: false,
    goes: null,
    goes_at: null,
    ...change,
  })
  const inDays = (days: number): string => new Date(now + days * day).toISOString()
  const jobs = [
    job('in six days', { goes_at: inDays(6) }),
    job('in two days', { goes_at: inDays(2) }),
    job('in eight days', { goes_at: inDays(8) }),
    job('for good', {}),
    job('next, taken', { goes: 'age', goes_at: inDays(-1), taken_at: inDays(-2) }),
    job('next', { goes: 'size', goes_at: inDays(20) }),
  ]
  expect(aboutToBeLost(jobs, now).map(({ id }) => id)).toEqual(['next', 'in two days', 'in six days'])
})
