import { z } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { expect, it } from 'vitest'
import { AppError } from '../lib/app-error.ts'
import { openLog } from '../lib/log.ts'
import { errorHandler, fit } from './errors.ts'
import { TooManyAttempts } from './access/log-in.ts'
import { textThat } from './params.ts'

/** Asks an app whose only route throws this error. */
async function answerTo(error: Error): Promise<{ response: Response; body: Record<string, unknown> }> {
  const app = new Hono().get('/', (c) => {
    c.header('X-Before', 'kept')
    throw error
  })
  app.onError(errorHandler(openLog('silent')))
  const response = await app.request('/')
  return { response, body: (await response.json()) as Record<string, unknown> }
}

it('an expected error shows its sentence, its code and the status of that code', async () => {
  const { response, body } = await answerTo(
    new AppError('plan_changed', 'The plan has changed.', { issues: [{ path: 'a', message: 'b' }] }),
  )
  expect(response.status).toBe(409)
  expect(response.headers.get('x-before')).toBe('kept')
  expect(body).toEqual({
    error: 'The plan has changed.',
    code: 'plan_changed',
    issues: [{ path: 'a', message: 'b' }],
  })
})

it('a fault shows only the number of its log entry', async () => {
  const { response, body } = await answerTo(new Error('/home/me/secret'))
  expect(response.status).toBe(500)
  expect(body).toEqual({
    error: expect.stringMatching(
      /^Something went wrong here; the server's log has it under [0-9a-f-]{36}\.$/,
    ),
    code: 'internal',
  })
})

it.each([
  Object.assign(new Error('write failed'), { code: 'ENOSPC' }),
  Object.assign(new Error('could not extend file'), { code: '53100' }),
  new Error('database or disk is full: No space left on device'),
])('%s is reported as a full disk', async (error) => {
  const { response, body } = await answerTo(error)
  expect([response.status, body['code']]).toEqual([507, 'disk_full'])
})

it('a client that must wait is told how long', async () => {
  const { response, body } = await answerTo(new TooManyAttempts(1500))
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2'])
  expect(body['code']).toBe('too_many_attempts')
})

it('an error of the library keeps its status', async () => {
  const { response, body } = await answerTo(new HTTPException(400, { message: 'Malformed' }))
  expect([response.status, body]).toEqual([400, { error: 'Malformed', code: 'bad_request' }])
})

/** The error for something that does not fit its schema. */
function errorOf(schema: z.ZodType, sent: unknown): AppError {
  try {
    fit(schema, sent)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it fits')
}

it('an invalid request is described by its first problem, and all problems are listed', () => {
  const schema = z.strictObject({ name: z.string(), size: z.number(), note: z.string('the note is missing') })
  expect(errorOf(schema, { name: 1, size: 'x', note: 'n' })).toMatchObject({
    code: 'invalid_request',
    message: 'name: Invalid input: expected string, received number',
    issues: [{ path: 'name' }, { path: 'size' }],
  })
  expect(errorOf(schema, { name: 'a', size: 1 }).message).toBe('the note is missing')
  expect(errorOf(schema, { name: 'a', size: 1, note: 'n', a: 1, b: 2 }).message).toBe(
    'unknown field "a", "b"',
  )
  expect(errorOf(z.string(), 1).message).toBe('Invalid input: expected string, received number')
})

it('at most twenty problems are listed', () => {
  const numbers = Array.from({ length: 30 }, () => 1)
  expect(errorOf(z.array(z.string()), numbers).issues).toHaveLength(20)
})

it('a problem with its own error becomes that error', () => {
  const Path = textThat(
    () => false,
    (text) => new AppError('bad_path', `not ${text}`),
  )
  expect(errorOf(z.object({ path: Path, size: z.number() }), { path: 'a' })).toMatchObject({
    code: 'bad_path',
    message: 'not a',
  })
})
