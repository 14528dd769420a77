import { expect, it } from 'vitest'
import type { StorageView, StoredJob } from '../../../src/contract/storage.ts'
import { effectOf, formOf, readRetention } from './retention-form.ts'

it('an empty field is no limit, and a comma is as good as a point', () => {
  expect(readRetention({ days: ' ', gigabytes: '' })).toEqual({ retention: { days: null, gigabytes: null } })
  expect(readRetention({ days: '30', gigabytes: '1,5' })).toEqual({
    retention: { days: 30, gigabytes: 1.5 },
  })
  expect(formOf({ days: 30, gigabytes: null })).toEqual({ days: '30', gigabytes: '' })
})

it.each([
  [{ days: '0', gigabytes: '0' }, ['days', 'gigabytes']],
  [{ days: '1.5', gigabytes: '5' }, ['days']],
  [{ days: 'a week', gigabytes: '' }, ['days']],
  [{ days: '', gigabytes: '-1' }, ['gigabytes']],
])('%o is refused at the fields that are wrong', (form, wrong) => {
  const read = readRetention(form)
  expect('faults' in read ? Object.keys(read.faults) : []).toEqual(wrong)
})

const now = Date.parse('2030-01-31T00:00:00Z')

function storageOf(...ended: readonly (number | null)[]): StorageView {
  const jobs = ended.map((daysAgo, index): StoredJob => ({
    id: String(index),
    title: '',
    status: daysAgo === null ? 'running' : 'completed',
    bytes: 1e9,
    completed_at: daysAgo === null ? null : new Date(now - daysAgo * 86_400_000).toISOString(),
    taken_at: null,
    archived: false,
    goes: null,
    goes_at: null,
  }))
  return {
    disk: { total: 0, free: 0, needed: 0 },
    retention: { days: null, gigabytes: null },
    bytes: jobs.length * 1e9,
    jobs,
    removed: [],
  }
}

it('what a retention removes at once is known before it is saved', () => {
  const storage = storageOf(10, 7, 6, null)
  const effect = (days: number | null, gigabytes: number | null): unknown => {
    const { old, excess } = effectOf({ days, gigabytes }, storage, now)
    return { old: old.map(({ id }) => id), excess }
  }
  expect(effect(null, null)).toEqual({ old: [], excess: 0 })
  expect(effect(7, null)).toEqual({ old: ['0', '1'], excess: 0 })
  expect(effect(7, 1)).toEqual({ old: ['0', '1'], excess: 1e9 })
  expect(effect(null, 4)).toEqual({ old: [], excess: 0 })
})

it('jobs that have not ended hold what they hold', () => {
  expect(effectOf({ days: null, gigabytes: 1 }, storageOf(null, null), now).excess).toBe(0)
})
