import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { isToken, openLogIn, TooManyAttempts, type LogIn } from './log-in.ts'

let logIn: LogIn

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  logIn = openLogIn('right', { logInAttempts: 2, logInWindowMs: 1000, codeMs: 500, codes: 2 })
})
afterEach(() => vi.useRealTimers())

const wrong = expect.objectContaining({ code: 'wrong_token' })

it('compares tokens of any length', () => {
  expect([isToken('right', 'right'), isToken('', 'right'), isToken('right and more', 'right')]).toEqual([
    true,
    false,
    false,
  ])
})

it('refuses further wrong attempts until the first of them is old enough', () => {
  expect(() => logIn.withToken('a')).toThrow(wrong)
  vi.advanceTimersByTime(400)
  expect(() => logIn.withCode('b')).toThrow(wrong)
  expect(() => logIn.withToken('c')).toThrow(TooManyAttempts)
  vi.advanceTimersByTime(600)
  expect(() => logIn.withToken('d')).toThrow(wrong)
  expect(() => logIn.withToken('e')).toThrow(TooManyAttempts)
})

it('never refuses the right token', () => {
  for (const guess of ['a', 'b']) expect(() => logIn.withToken(guess)).toThrow(wrong)
  expect(() => logIn.withToken('c')).toThrow(TooManyAttempts)
  expect(() => logIn.withToken('right')).not.toThrow()
})

it('accepts a code once', () => {
  const code = logIn.newCode()
  expect(code).toMatch(/^[\w-]{43}$/)
  expect(() => logIn.withCode(code)).not.toThrow()
  expect(() => logIn.withCode(code)).toThrow(wrong)
})

it('accepts a code until it has expired', () => {
  const code = logIn.newCode()
  vi.advanceTimersByTime(500)
  expect(() => logIn.withCode(code)).toThrow(wrong)
})

it('remembers a few codes at a time: another one replaces the oldest', () => {
  const [oldest, older, newest] = [logIn.newCode(), logIn.newCode(), logIn.newCode()]
  expect(() => logIn.withCode(oldest)).toThrow(wrong)
  expect(() => logIn.withCode(older)).not.toThrow()
  expect(() => logIn.withCode(newest)).not.toThrow()
})
