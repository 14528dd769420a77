import { describe, expect, it } from 'vitest'
import { AppError } from '../../lib/app-error.ts'
import { Channels, notificationsOf } from './channels.ts'
import { fromJson, fromJsonOrNull, toDate, toFlag, toIso, toJson, toJsonOrNull, toMillis } from './columns.ts'
import { asDatabaseError, isDatabaseAway } from './database-away.ts'
import { endOfRequest } from '../views/end-of-request.ts'
import { storable, storableJson } from './storable.ts'

const withCode = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code })

describe('an error of the driver', () => {
  it.each([
    ['a server that is ending', withCode('57P01'), 'database_unavailable'],
    ['a server that is starting', withCode('57P03'), 'database_unavailable'],
    ['a broken connection', withCode('08006'), 'database_unavailable'],
    ['nobody who listens', withCode('ECONNREFUSED'), 'database_unavailable'],
    ['several addresses', new AggregateError([withCode('ECONNREFUSED')], 'all'), 'database_unavailable'],
    ['an end without a code', new Error('Connection terminated unexpectedly'), 'database_unavailable'],
    ['no connection left', withCode('53300'), 'database_full'],
    ['no connection in time', new Error('timeout exceeded when trying to connect'), 'database_full'],
  ])('about %s is recognised as an unavailable database', (_what, error, code) => {
    const told = asDatabaseError(error)
    expect(told).toMatchObject({ code })
    expect(isDatabaseAway(told)).toBe(true)
    expect(asDatabaseError(told)).toBe(told)
    expect(isDatabaseAway(new Error('outer', { cause: told }))).toBe(true)
  })

  it.each([
    ['a row that is there twice', withCode('23505', 'duplicate key')],
    ['a number for a code', Object.assign(new Error('no'), { code: 8 })],
    ['a text', 'no error at all'],
    ['an error of ours', new AppError('not_found', 'There is no job.')],
  ])('about %s is passed on', (_what, error) => {
    expect(asDatabaseError(error)).toBe(error)
    expect(isDatabaseAway(error)).toBe(false)
  })
})

describe('columns', () => {
  it('return the values that were stored', () => {
    const value = { a: [1, 'two', null], b: { c: true } }
    const date = new Date('2026-01-02T03:04:05.678Z')
    expect(fromJson(toJson(value))).toEqual(value)
    expect(fromJsonOrNull(toJsonOrNull(value))).toEqual(value)
    expect([toJsonOrNull(null), fromJsonOrNull(null)]).toEqual([null, null])
    expect(toDate(toMillis(date))).toEqual(date)
    expect([toMillis(null), toDate(null), toIso(null)]).toEqual([null, null, null])
    expect(toIso(date.getTime())).toBe('2026-01-02T03:04:05.678Z')
    expect([toFlag(true), toFlag(false)]).toEqual([1, 0])
  })

  it('replace characters that they cannot store by U+FFFD', () => {
    expect(storable(['a\0b', '\ud800', 5, null, 'fine 🚢'])).toEqual([
      'a\ufffdb',
      '\ufffd',
      5,
      null,
      'fine 🚢',
    ])
    expect(JSON.parse(storableJson({ 'k\0': ['\ud800', String.raw`\u0000`, '🚢'] }))).toEqual({
      'k\ufffd': ['\ufffd', String.raw`\u0000`, '🚢'],
    })
    expect(storableJson(undefined)).toBe('null')
  })
})

it('a request of an agent is open while its attempt runs, and withdrawn when that ends without an answer', () => {
  const open = {
    outcome: null,
    answered_at: null,
    attempt_status: 'running',
    attempt_ended_at: null,
  } as const
  expect(endOfRequest(open)).toEqual({ outcome: null, answered_at: null })
  const over = { ...open, attempt_status: 'lost', attempt_ended_at: 7 } as const
  expect(endOfRequest(over)).toEqual({ outcome: 'withdrawn', answered_at: 7 })
  const answered = { outcome: 'allowed', answered_at: 5 }
  expect(endOfRequest({ ...open, ...answered })).toEqual(answered)
  expect(endOfRequest({ ...over, ...answered })).toEqual(answered)
})

it('channels notify their listeners until they leave', () => {
  const channels = new Channels()
  const heard: string[] = []
  const stop = channels.listen('one', (payload) => heard.push(`first ${payload}`))
  channels.listen('one', (payload) => heard.push(`second ${payload}`))
  channels.publish({ channel: 'one', payload: 'a' })
  channels.publish({ channel: 'other', payload: 'b' })
  stop()
  channels.publish({ channel: 'one', payload: 'c' })
  expect(heard).toEqual(['first a', 'second a', 'second c'])
  expect(notificationsOf({} as never)).toEqual([])
})
