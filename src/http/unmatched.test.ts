import { OpenAPIHono } from '@hono/zod-openapi'
import { expect, it } from 'vitest'
import { openLog } from '../lib/log.ts'
import { errorHandler } from './errors.ts'
import { unmatched } from './unmatched.ts'

const app = new OpenAPIHono()
app.onError(errorHandler(openLog('silent')))
app.use('*', (_, next) => next())
app.get('/cups', (c) => c.text('cups'))
app.post('/cups', (c) => c.text('cup'))
app.delete('/cups/:id', (c) => c.text('gone'))
app.get('/cups/:id/files/*', (c) => c.text('file'))
app.all('*', unmatched(app))

it.each([
  ['PUT', '/cups', 'GET, HEAD, POST'],
  ['GET', '/cups/1', 'DELETE'],
  ['POST', '/cups/1/files/a/b', 'GET, HEAD'],
])('%s %s is answered with the allowed methods', async (method, path, allowed) => {
  const response = await app.request(path, { method })
  expect([response.status, response.headers.get('allow')]).toEqual([405, allowed])
  expect(await response.json()).toEqual({
    code: 'method_not_allowed',
    error: `${method} is not possible here, only ${allowed}: see /api/openapi.json.`,
  })
})

it.each(['/', '/cup', '/cups/', '/cups/1/2', '/cups/1/files'])('%s is not found', async (path) => {
  const response = await app.request(path, { method: 'DELETE' })
  expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }])
})
