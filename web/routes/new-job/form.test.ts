import { expect, test } from 'vitest'
import { ApiError } from '../../../src/client/api-error.ts'
import { emptyForm, problemsOf, refusedFields, requestOf } from './form.ts'

const form = { ...emptyForm(undefined), vision: 'a counter' }

test('a vision is enough', () => {
  expect(problemsOf(form)).toEqual({})
  expect(requestOf(form, 'offline')).toEqual({
    vision: 'a counter',
    mode: 'team',
    checks: [],
    parallelism: 2,
    permissions: 'sandbox',
    approve_plan: false,
    backend: 'offline',
  })
})

test('what cannot be right is said at its field before anything is sent', () => {
  const wrong = { ...form, vision: ' ', parallelism: '17', tokens: '-1', usd: 'much' }
  expect(Object.keys(problemsOf(wrong)).toSorted()).toEqual(['parallelism', 'tokens', 'usd', 'vision'])
})

test('one check a line, a budget as it is typed; one agent alone has no plan to approve and no other roles', () => {
  const solo = {
    ...form,
    mode: 'solo' as const,
    approvePlan: true,
    permissions: 'ask' as const,
    agents: { reviewer: 'other' },
    checks: ' npm test \n\nnode x.js\n',
    setup: 'npm ci\n',
    usd: '1.5',
  }
  expect(requestOf(solo, undefined)).toEqual({
    vision: 'a counter',
    mode: 'solo',
    checks: ['npm test', 'node x.js'],
    setup: ['npm ci'],
    parallelism: 2,
    permissions: 'ask',
    approve_plan: false,
    budget: { usd: 1.5 },
  })
})

test('what the server refuses is shown where it belongs', () => {
  const issues = [{ path: 'checks.0', message: 'too long' }]
  expect(refusedFields(new ApiError(400, 'invalid_request', 'x', { issues }))).toEqual({ checks: 'too long' })
  expect(refusedFields(new ApiError(400, 'backend_unavailable', 'It is gone.'))).toEqual({
    backend: 'It is gone.',
  })
  expect(refusedFields(new ApiError(507, 'disk_full', 'Make room.'))).toEqual({ form: 'Make room.' })
})
