import { expect, it } from 'vitest'
import { decideRemovals, removalDueAt, type RetainedJob } from './retention.ts'

const DAY = 86_400_000
const NOW = 100 * DAY

/** A job that ended some days ago. */
function ended(id: string, daysAgo: number, more: Partial<RetainedJob> = {}): RetainedJob {
  return { id, bytes: 1e9, endedAt: NOW - daysAgo * DAY, isDownloaded: false, ...more }
}

function gone(jobs: readonly RetainedJob[], days: number | null, gigabytes: number | null): string[] {
  return decideRemovals(jobs, { days, gigabytes }, NOW).map(({ id, reason }) => `${id} ${reason}`)
}

it('without limits nothing is removed', () => {
  expect(gone([ended('a', 5000)], null, null)).toEqual([])
})

it('ended jobs are removed after the given number of days, oldest first, and unfinished ones never', () => {
  const running: RetainedJob = { ...ended('r', 0), endedAt: null }
  expect(gone([ended('a', 10), running, ended('b', 11), ended('c', 9)], 10, null)).toEqual(['b age', 'a age'])
})

it('while the files exceed the limit, the oldest jobs are removed, those that were downloaded first', () => {
  const jobs = [
    ended('old', 9),
    ended('older', 10),
    ended('taken', 1, { isDownloaded: true }),
    ended('new', 0),
  ]
  expect(gone(jobs, null, 4)).toEqual([])
  expect(gone(jobs, null, 3.9)).toEqual(['taken size'])
  expect(gone(jobs, null, 2)).toEqual(['taken size', 'older size'])
})

it('unfinished jobs count, and stay even when they alone exceed the limit', () => {
  const running: RetainedJob = { id: 'r', bytes: 5e9, endedAt: null, isDownloaded: false }
  expect(gone([running, ended('a', 1), ended('b', 2)], null, 4)).toEqual(['b size', 'a size'])
})

it('space that is freed by age is not freed twice', () => {
  expect(gone([ended('a', 20), ended('b', 5), ended('c', 4)], 10, 2)).toEqual(['a age'])
})

it('removing a job without files frees no space', () => {
  expect(gone([ended('empty', 9, { bytes: 0 }), ended('a', 5), ended('b', 4)], null, 1)).toEqual(['a size'])
})

it('reports when a job will be removed by age', () => {
  expect(removalDueAt({ days: 3, gigabytes: null }, NOW)).toBe(NOW + 3 * DAY)
  expect(removalDueAt({ days: 3, gigabytes: null }, null)).toBeNull()
  expect(removalDueAt({ days: null, gigabytes: 1 }, NOW)).toBeNull()
})
