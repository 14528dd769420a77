import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionList } from '../../src/contract/session.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

/** Access control, for browsers and for unauthorised clients. */
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const UNKNOWN = '01a20c4b-0000-7000-8000-000000000000'

async function request(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code
}

/** Logs in as a browser does; returns the headers that it sends from then on. */
async function logIn(userAgent = 'a test'): Promise<{ cookie: string; flags: string }> {
  const response = await request(
    'POST',
    '/api/session',
    { 'content-type': 'application/json', origin: server.url, 'user-agent': userAgent },
    JSON.stringify({ token: server.token }),
  )
  expect(response.status).toBe(204)
  const said = response.headers.getSetCookie()
  expect(said.length).toBe(1)
  return { cookie: said[0]?.split(';', 1)[0] ?? '', flags: said[0] ?? '' }
}

describe('without the right credentials', () => {
  /** All public routes. When you add one, explain why it contains no data. */
  const open = ['get /health', 'get /health/live', 'get /health/ready', 'post /api/session']

  it('every route except the public ones answers 401', async () => {
    const document = (await (
      await request('GET', '/api/openapi.json', { authorization: `Bearer ${server.token}` })
    ).json()) as { paths: Record<string, Record<string, unknown>> }
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, path })),
    )
    const closed = routes.filter(({ method, path }) => !open.includes(`${method} ${path}`))
    expect(closed.length).toBe(routes.length - open.length)
    expect(closed.length).toBeGreaterThan(25)
    const strangers: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${'0'.repeat(64)}` },
      { authorization: `Bearer ${server.token}x` },
      { authorization: `Basic ${server.token}` },
      { cookie: 'slipway_session=' },
      { cookie: `slipway_session=${'A'.repeat(43)}`, origin: server.url },
      { cookie: `slipway_session=${server.token}`, origin: server.url },
      { cookie: `token=${server.token}` },
    ]
    for (const { method, path } of closed) {
      const address = path.replaceAll(/\{[^}]*\}/g, UNKNOWN)
      for (const headers of strangers) {
        const response = await request(method.toUpperCase(), address, headers)
        expect(`${method} ${path} ${JSON.stringify(headers)}: ${response.status}`).toBe(
          `${method} ${path} ${JSON.stringify(headers)}: 401`,
        )
        expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      }
    }
  })

  it('a token in the address gives access to nothing but a page', async () => {
    const response = await request('GET', `/api/jobs?token=${server.token}`)
    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('a session', () => {
  it('is a cookie that scripts and other sites cannot use, and gives the same access as the token', async () => {
    const { cookie, flags } = await logIn()
    expect(cookie).toMatch(/^slipway_session=[\w-]{43}$/)
    expect(flags).toContain('HttpOnly')
    expect(flags).toContain('SameSite=Strict')
    expect(flags).toContain('Path=/')
    expect(flags).toContain('Max-Age=2592000')
    expect(flags).not.toContain('Domain')
    const jobs = await request('GET', '/api/jobs', { cookie, 'sec-fetch-site': 'same-origin' })
    expect(jobs.status).toBe(200)
    const stream = await request('GET', '/api/events/stream', { cookie })
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    await stream.body?.cancel()
  })

  it('is refused for a wrong token, without repeating it', async () => {
    const wrong = 'f'.repeat(64)
    const response = await request(
      'POST',
      '/api/session',
      { 'content-type': 'application/json' },
      JSON.stringify({ token: wrong }),
    )
    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie()).toEqual([])
    const text = await response.text()
    expect(text).toContain('slipway token')
    expect(text).not.toContain(wrong)
  })

  it('changes nothing for a page of another site, or for a request without an origin', async () => {
    const { cookie } = await logIn()
    const create = (headers: Record<string, string>): Promise<Response> =>
      request(
        'POST',
        '/api/jobs',
        { cookie, 'content-type': 'application/json', ...headers },
        JSON.stringify({ vision: 'a counter', mode: 'solo' }),
      )
    for (const [headers, code] of [
      [{}, 'origin_missing'],
      [{ origin: 'http://evil.example' }, 'origin_not_allowed'],
      [{ origin: 'null' }, 'origin_not_allowed'],
      [{ origin: 'http://127.0.0.1:1' }, 'origin_not_allowed'],
      [{ 'sec-fetch-site': 'cross-site' }, 'cross_site'],
      [{ 'sec-fetch-site': 'same-site' }, 'cross_site'],
      [
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
        'cross_site',
      ],
    ] as const) {
      const response = await create(headers)
      expect({ headers, status: response.status, code: await codeOf(response) }).toEqual({
        headers,
        status: 403,
        code,
      })
    }
    expect((await server.client.listJobs()).total).toBe(0)
    expect((await create({ origin: server.url })).status).toBe(201)
    expect((await create({ 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    expect((await server.client.listJobs()).total).toBe(2)
  })

  it('can be read, ends at the log-out, and is invalid from then on', async () => {
    const { cookie } = await logIn('Browser/1.0')
    const own = await request('GET', '/api/session', { cookie })
    expect(await own.json()).toMatchObject({ user_agent: 'Browser/1.0', current: true })
    const out = await request('DELETE', '/api/session', { cookie, origin: server.url })
    expect(out.status).toBe(204)
    expect(out.headers.getSetCookie()[0]).toMatch(/^slipway_session=;.*Max-Age=0/)
    expect((await request('GET', '/api/session', { cookie })).status).toBe(401)
    expect((await request('GET', '/api/jobs', { cookie })).status).toBe(401)
  })

  it('is listed with the others, and can be ended from elsewhere', async () => {
    const lost = await logIn('lost')
    const mine = await logIn('mine')
    const { sessions } = (await (
      await request('GET', '/api/sessions', { cookie: mine.cookie })
    ).json()) as SessionList
    const named = (name: string) => sessions.find((session) => session.user_agent === name)
    expect([named('mine')?.current, named('lost')?.current]).toEqual([true, false])
    expect(JSON.stringify(sessions)).not.toContain(lost.cookie.split('=')[1])
    const end = (): Promise<Response> =>
      request('DELETE', `/api/sessions/${named('lost')?.id}`, { cookie: mine.cookie, origin: server.url })
    expect((await end()).status).toBe(204)
    expect((await request('GET', '/api/jobs', { cookie: lost.cookie })).status).toBe(401)
    expect((await request('GET', '/api/jobs', { cookie: mine.cookie })).status).toBe(200)
    expect((await end()).status).toBe(404)
  })

  it('survives a restart of the server, and there are at most 50', async () => {
    const first = await logIn('first')
    await server.stop()
    server = await startTestServer({ dataDir: server.dataDir })
    expect((await request('GET', '/api/session', { cookie: first.cookie })).status).toBe(200)
    for (let n = 0; n < 50; n += 1) await logIn(`number ${n}`)
    expect((await request('GET', '/api/session', { cookie: first.cookie })).status).toBe(401)
    const { sessions } = (await (
      await request('GET', '/api/sessions', { authorization: `Bearer ${server.token}` })
    ).json()) as SessionList
    expect(sessions.length).toBe(50)
  })
})

describe('a link that logs in', () => {
  it.each(['/', '/jobs', `/jobs/${UNKNOWN}?tab=diff`, '/settings'])(
    'opens %s and redirects to it without its code',
    async (path) => {
      const separator = path.includes('?') ? '&' : '?'
      const { code } = await server.client.newLogInCode()
      const response = await request('GET', `${path}${separator}code=${code}`, {
        accept: 'text/html',
        'sec-fetch-site': 'none',
      })
      expect({ status: response.status, location: response.headers.get('location') }).toEqual({
        status: 303,
        location: path,
      })
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
      expect((await request('GET', '/api/session', { cookie })).status).toBe(200)
      await request('DELETE', '/api/session', { cookie, origin: server.url })
    },
  )

  it.each(['token=TOKEN', 'token=', 'code=', 'code=abc'])(
    'that is wrong (%s) leads to the log-in page, without a cookie',
    async (query) => {
      const response = await request('GET', `/jobs?${query.replace('TOKEN', server.token)}`)
      expect({ status: response.status, location: response.headers.get('location') }).toEqual({
        status: 303,
        location: '/jobs',
      })
      expect(response.headers.getSetCookie()).toEqual([])
      expect(await response.text()).not.toContain(server.token)
    },
  )

  it('is not used up by a HEAD, and never leads to another server', async () => {
    const { code } = await server.client.newLogInCode()
    const head = await request('HEAD', `/?code=${code}`)
    expect(head.headers.getSetCookie()).toEqual([])
    const out = await request('GET', `//evil.example/?code=${code}`)
    expect([out.status, out.headers.get('location')]).toEqual([401, null])
  })
})

it('a known path with a wrong method answers 405 with the allowed ones', async () => {
  const headers = { authorization: `Bearer ${server.token}` }
  for (const [method, path, allow] of [
    ['DELETE', '/api/jobs', 'GET, HEAD, POST'],
    ['POST', '/api/stats', 'GET, HEAD'],
    ['PUT', '/api/session', 'DELETE, GET, HEAD, POST'],
    ['PATCH', `/api/jobs/${UNKNOWN}/cancel`, 'POST'],
    ['POST', `/api/jobs/${UNKNOWN}/files/src/a.js`, 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
  ] as const) {
    const response = await request(method, path, headers)
    expect({ path, status: response.status, allow: response.headers.get('allow') }).toEqual({
      path,
      status: 405,
      allow,
    })
    expect(await codeOf(response)).toBe('method_not_allowed')
  }
  expect((await request('POST', '/api/nothing', headers)).status).toBe(404)
})

it('too many wrong log-ins delay further wrong ones, and never the right token', async () => {
  const attempt = (): Promise<Response> =>
    request('POST', '/api/session', { 'content-type': 'application/json' }, '{"token":"wrong"}')
  const statuses = new Set<number>()
  for (let n = 0; n < 10; n += 1) statuses.add((await attempt()).status)
  const refused = await attempt()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect([...statuses].every((status) => status === 401 || status === 429)).toBe(true)
  const right = await request(
    'POST',
    '/api/session',
    { 'content-type': 'application/json' },
    JSON.stringify({ token: server.token }),
  )
  expect(right.status).toBe(204)
  await request('DELETE', '/api/session', {
    cookie: right.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '',
    origin: server.url,
  })
  expect((await server.client.listJobs()).total).toBe(2)
})
