import { OpenAPIHono, z } from '@hono/zod-openapi'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { smallLimits } from '../../test/helpers/small-limits.ts'
import { AppError } from '../lib/app-error.ts'
import { openLog } from '../lib/log.ts'
import { gone, ok, raw } from './answers.ts'
import { optionalJsonBody } from './bodies.ts'
import { endpoint, mount, reply, type Endpoint } from './endpoint.ts'
import { errorHandler } from './errors.ts'
import { idOf, RepositoryPath, textThat } from './params.ts'

const ID = '01a20c4b-0000-7000-8000-000000000000'
const Cup = z.object({ id: z.uuid(), size: z.int() })

const put = endpoint({
  method: 'put',
  path: '/cups/{id}',
  summary: 'Fill a cup',
  params: { id: idOf('cup') },
  body: z.strictObject({ size: z.int().min(1) }),
  answers: { 200: ok(Cup, 'The cup.') },
  handle: ({ params, body }) => ({ id: params.id, size: body.size }),
})

function appOf(...endpoints: Endpoint[]): OpenAPIHono {
  const app = new OpenAPIHono()
  app.onError(errorHandler(openLog('silent')))
  mount(app, endpoints, smallLimits)
  return app
}

/** Fills a cup; returns the status and the body of the answer. */
async function fill(
  id: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<[number, unknown]> {
  const headers = { 'content-type': type }
  const response = await appOf(put).request(`/cups/${id}`, { method: 'PUT', headers, body })
  return [response.status, await response.json()]
}

it('passes the parsed request to its handler, and answers in JSON with the declared status', async () => {
  expect(await fill(ID, '{"size":2}')).toEqual([200, { id: ID, size: 2 }])
})

describe('refuses before its handler runs', () => {
  it.each([
    ['a body that is too large', `{"size":${'1'.repeat(100)}}`, 413, { code: 'too_large' }],
    ['a body that is no JSON', '{', 400, { code: 'bad_json' }],
    ['a body that is no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, { code: 'bad_encoding' }],
    [
      'a field that does not fit',
      '{"size":0}',
      400,
      {
        code: 'invalid_request',
        error: 'size: Too small: expected number to be >=1',
        issues: [{ path: 'size', message: 'Too small: expected number to be >=1' }],
      },
    ],
    [
      'a field that is unknown',
      '{"size":1,"colour":"red"}',
      400,
      {
        code: 'invalid_request',
        error: 'unknown field "colour"',
        issues: [{ path: '', message: 'unknown field "colour"' }],
      },
    ],
  ])('%s', async (_, body, status, answer) => {
    expect(await fill(ID, body)).toEqual([status, expect.objectContaining(answer)])
  })

  it('a body of another type', async () => {
    expect(await fill(ID, 'size=1', 'text/plain')).toEqual([
      415,
      { code: 'unsupported_media_type', error: 'Send application/json, not text/plain.' },
    ])
  })

  it('an unknown id, before it reads the body', async () => {
    expect(await fill('no-id', '{')).toEqual([404, { code: 'not_found', error: 'There is no cup "no-id".' }])
    const long = 'x'.repeat(1000)
    expect(await fill(long, '{')).toEqual([404, expect.objectContaining({ code: 'not_found' })])
  })

  it('an undeclared query', async () => {
    const response = await appOf(put).request(`/cups/${ID}?size=1`, { method: 'PUT' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unknown field "size": this route takes no query' })
  })

  it('an invalid query', async () => {
    const list = endpoint({
      method: 'get',
      path: '/cups',
      summary: 'The cups',
      query: z.strictObject({ page: z.coerce.number().int().min(1).default(1) }),
      answers: { 200: ok(z.object({ page: z.int() }), 'The page.') },
      handle: ({ query }) => query,
    })
    const app = appOf(list)
    expect(await (await app.request('/cups')).json()).toEqual({ page: 1 })
    expect(await (await app.request('/cups?page=2')).json()).toEqual({ page: 2 })
    expect((await app.request('/cups?page=0')).status).toBe(400)
    expect(await (await app.request('/cups?pages=2')).json()).toMatchObject({
      error: 'unknown field "pages"',
    })
  })

  it('an invalid header, with the error of its schema', async () => {
    const Key = textThat(
      (text) => /^\w+$/.test(text),
      () => new AppError('bad_idempotency_key', 'A key has letters.'),
    )
    const app = appOf(
      endpoint({
        method: 'post',
        path: '/keys',
        summary: 'Say the key',
        headers: { 'Idempotency-Key': Key.optional() },
        answers: { 200: ok(z.string(), 'The key.') },
        handle: ({ headers }) => headers['Idempotency-Key'] ?? 'none',
      }),
    )
    const say = async (headers: Record<string, string>): Promise<unknown> =>
      (await app.request('/keys', { method: 'POST', headers })).json()
    expect(await say({})).toBe('none')
    expect(await say({ 'idempotency-key': 'abc' })).toBe('abc')
    expect(await say({ 'idempotency-key': 'a b' })).toMatchObject({ code: 'bad_idempotency_key' })
  })
})

it('answers for a handler that throws: with its sentence, or with only a number for a fault', async () => {
  const failing = (path: string, error: Error): Endpoint =>
    endpoint({
      method: 'get',
      path,
      summary: 'Fail',
      answers: { 200: ok(Cup, 'Never.') },
      handle: () => Promise.reject(error),
    })
  const app = appOf(
    failing('/known', new AppError('job_ended', 'The job has ended.')),
    failing('/fault', new Error('a secret of the server')),
  )
  const known = await app.request('/known')
  expect([known.status, await known.json()]).toEqual([
    409,
    { code: 'job_ended', error: 'The job has ended.' },
  ])
  const fault = await app.request('/fault')
  expect(fault.status).toBe(500)
  const text = await fault.text()
  expect(JSON.parse(text)).toMatchObject({ code: 'internal' })
  expect(text).not.toContain('secret')
})

it('keeps the headers that its handler sets, even without a body', async () => {
  const app = appOf(
    endpoint({
      method: 'delete',
      path: '/cups/{id}',
      summary: 'Break a cup',
      params: { id: idOf('cup') },
      answers: gone,
      handle: (_, c) => c.header('X-Broken', 'yes'),
    }),
  )
  const response = await app.request(`/cups/${ID}`, { method: 'DELETE' })
  expect([response.status, response.headers.get('x-broken'), await response.text()]).toEqual([204, 'yes', ''])
  expect(response.headers.get('content-type')).toBeNull()
})

it('answers with one of several declared answers', async () => {
  const health = (isWell: boolean): Endpoint =>
    endpoint({
      method: 'get',
      path: '/health',
      summary: 'Health',
      answers: { 200: ok(z.literal('well'), 'Well.'), 503: ok(z.literal('ill'), 'Ill.') },
      handle: () => (isWell ? reply(200, 'well' as const) : reply(503, 'ill' as const)),
    })
  const ill = await appOf(health(false)).request('/health')
  expect([ill.status, await ill.json()]).toEqual([503, 'ill'])
  expect((await appOf(health(true)).request('/health')).status).toBe(200)
})

it('passes on the response of a handler if the answer is not JSON', async () => {
  const app = appOf(
    endpoint({
      method: 'get',
      path: '/cups/{id}/files/{path}',
      summary: 'A file',
      params: { id: idOf('cup'), path: RepositoryPath },
      answers: { 200: raw('text/plain', 'The bytes of its path.') },
      handle: ({ params: { path } }) => new Response(path.toString('hex')),
    }),
  )
  const hexOf = async (path: string): Promise<string> =>
    (await app.request(`/cups/${ID}/files/${path}`)).text()
  expect(await hexOf('a/b')).toBe(Buffer.from('a/b').toString('hex'))
  expect(await hexOf('a%2fb%ff')).toBe('612f62ff')
  expect(JSON.parse(await hexOf('a%zz'))).toMatchObject({ code: 'bad_path' })
})

it('lets another endpoint respond to a client that accepts an event stream', async () => {
  const events = endpoint({
    method: 'get',
    path: '/events/stream',
    summary: 'The stream',
    answers: { 200: raw('text/event-stream', 'The stream.') },
    handle: () => new Response('data: 1\n\n'),
  })
  const list = endpoint({
    method: 'get',
    path: '/events',
    summary: 'The list',
    query: z.strictObject({ limit: z.string().optional() }),
    answers: { 200: ok(z.array(z.int()), 'The list.') },
    stream: events,
    handle: () => [1],
  })
  const accept = { headers: { accept: 'text/event-stream' } }
  expect(await (await appOf(list).request('/events?limit=1')).json()).toEqual([1])
  expect(await (await appOf(list).request('/events', accept)).text()).toBe('data: 1\n\n')
  expect((await appOf(list).request('/events?limit=1', accept)).status).toBe(400)
})

it('is described by its declaration', () => {
  const document = appOf(put).getOpenAPI31Document({ openapi: '3.1.0', info: { title: 't', version: '1' } })
  const described = document.paths?.['/cups/{id}']?.put
  expect(described).toMatchObject({
    summary: 'Fill a cup',
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    requestBody: { content: { 'application/json': { schema: { properties: { size: { minimum: 1 } } } } } },
    responses: { 200: { description: 'The cup.' }, 400: {}, 404: {}, 500: {} },
  })
})

it('must declare the parameters of its path', () => {
  expect(() =>
    endpoint({
      method: 'get',
      path: '/cups/{id}',
      summary: 'A cup',
      answers: { 200: ok(z.string(), 'The cup.') },
      handle: () => 'cup',
    }),
  ).toThrow('/cups/{id} names other parameters than its endpoint declares')
})

describe('types', () => {
  const described = {
    method: 'post',
    path: '/cups/{id}',
    summary: 'A cup',
    params: { id: idOf('cup') },
  } as const
  const cup = { id: ID, size: 1 }

  it('follow from the schemas', () => {
    endpoint({
      ...described,
      params: { id: RepositoryPath },
      headers: { 'X-Size': z.string().transform(Number) },
      query: z.object({ page: z.coerce.number().default(1) }),
      body: optionalJsonBody(z.object({ note: z.string().optional() })),
      answers: { 200: ok(Cup, 'The cup.') },
      handle({ params, headers, query, body }) {
        expectTypeOf(params.id).toEqualTypeOf<Buffer<ArrayBuffer>>()
        expectTypeOf(headers['X-Size']).toEqualTypeOf<number>()
        expectTypeOf(query).toEqualTypeOf<{ page: number }>()
        expectTypeOf(body).toEqualTypeOf<{ note?: string | undefined }>()
        return cup
      },
    })
    endpoint({
      ...described,
      answers: { 200: ok(Cup, 'The cup.') },
      handle({ query, body }) {
        expectTypeOf(query).toBeUnknown()
        expectTypeOf(body).toBeUnknown()
        return cup
      },
    })
  })

  it('refuse an undeclared answer', () => {
    const answers = { 200: ok(Cup, 'The cup.') }
    // @ts-expect-error a field is missing
    endpoint({ ...described, answers, handle: () => ({ id: ID }) })
    // @ts-expect-error a field has another type
    endpoint({ ...described, answers, handle: async () => ({ id: ID, size: '1' }) })
    // @ts-expect-error a response has no declared content
    endpoint({ ...described, answers, handle: () => new Response('cup') })
    // @ts-expect-error nothing is returned
    endpoint({ ...described, answers, handle: async () => undefined })
    // @ts-expect-error the answer has no body
    endpoint({ ...described, answers: gone, handle: async () => cup })
    // @ts-expect-error a stream must be a response
    endpoint({ ...described, answers: { 200: raw('text/event-stream', 'Cups.') }, handle: () => cup })
  })

  it('refuse an undeclared answer among several', () => {
    const answers = { 200: ok(Cup, 'The cup.'), 404: ok(z.object({ why: z.string() }), 'None.') }
    endpoint({ ...described, answers, handle: () => reply(404, { why: 'it broke' }) })
    // @ts-expect-error the status is not declared
    endpoint({ ...described, answers, handle: () => reply(410, { why: 'it broke' }) })
    // @ts-expect-error the body belongs to another status
    endpoint({ ...described, answers, handle: () => reply(200, { why: 'it broke' }) })
    // @ts-expect-error the status is not named
    endpoint({ ...described, answers, handle: () => cup })
  })

  it('refuse an undeclared parameter', () => {
    endpoint({
      ...described,
      answers: { 200: ok(z.string(), 'The cup.') },
      // @ts-expect-error there is no such parameter
      handle: ({ params }) => params.name,
    })
  })
})
