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

it('without limits everything stays', () => {
  expect(gone([ended('a', 5000)], null, null)).toEqual([])
})

it('what has ended as many days ago goes, oldest first, and what has not ended never', () => {
  const running: RetainedJob = { ...ended('r', 0), endedAt: null }
  expect(gone([ended('a', 10), running, ended('b', 11), ended('c', 9)], 10, null)).toEqual(['b age', 'a age'])
})

it('while the files take more than they may, the oldest go, and those with a copy before those without', () => {
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

it('what runs counts, and stays even when it alone is too much', () => {
  const running: RetainedJob = { id: 'r', bytes: 5e9, endedAt: null, isDownloaded: false }
  expect(gone([running, ended('a', 1), ended('b', 2)], null, 4)).toEqual(['b size', 'a size'])
})

it('room that age makes is not made twice', () => {
  expect(gone([ended('a', 20), ended('b', 5), ended('c', 4)], 10, 2)).toEqual(['a age'])
})

it('a job that holds nothing makes no room', () => {
  expect(gone([ended('empty', 9, { bytes: 0 }), ended('a', 5), ended('b', 4)], null, 1)).toEqual(['a size'])
})

it('says when age makes a job go', () => {
  expect(removalDueAt({ days: 3, gigabytes: null }, NOW)).toBe(NOW + 3 * DAY)
  expect(removalDueAt({ days: 3, gigabytes: null }, null)).toBeNull()
  expect(removalDueAt({ days: null, gigabytes: 1 }, NOW)).toBeNull()
})
