import { expect, it } from 'vitest'
import { ago, duration, measured } from './time.ts'

const minute = 60_000
const hour = 60 * minute

it('durations are as exact as people need them', () => {
  expect([-5, 8_400, 4 * minute + 2_000, 3 * hour + 5 * minute, 52 * hour].map(duration)).toEqual([
    '0 s',
    '8 s',
    '4 min 02 s',
    '3 h 05 min',
    '2 d 4 h',
  ])
  expect([0.4, 840, 2_440, 61_000].map(measured)).toEqual(['0 ms', '840 ms', '2.4 s', '1 min 01 s'])
})

it('what is past is told coarsely', () => {
  const now = Date.parse('2030-01-02T00:00:00Z')
  expect([0, 59_000, 4 * minute, 3 * hour, 49 * hour].map((past) => ago(now - past, now))).toEqual([
    'just now',
    'just now',
    '4 min ago',
    '3 h ago',
    '2 d ago',
  ])
})
