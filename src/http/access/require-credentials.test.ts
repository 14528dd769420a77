import { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallLimits } from '../../../test/helpers/small-limits.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { openBrowserSessions, type BrowserSessions } from '../../engine/server/browser-sessions.ts'
import { openLog } from '../../lib/log.ts'
import type { Database } from '../../store/database/database.ts'
import { errorHandler } from '../errors.ts'
import { requireCredentials } from './require-credentials.ts'

const HOST = '127.0.0.1:7420'
const TOKEN = 'the-token'

let db: Database
let sessions: BrowserSessions
let app: OpenAPIHono

beforeAll(async () => {
  db = await openTestStore()
  // Every use of a session is one that extends it.
  const limits = { sessionMs: smallLimits.sessionMs, sessionSeenMs: 0, sessions: 5, userAgentChars: 100 }
  sessions = openBrowserSessions(db, TOKEN, limits)
  app = new OpenAPIHono()
  app.onError(errorHandler(openLog('silent')))
  app.use('*', requireCredentials({ token: TOKEN, sessions, hosts: [HOST], limits: smallLimits }))
  app.all('*', (c) => c.text(c.get('caller')?.kind ?? 'nobody'))
})
afterAll(() => db.close())

type Headers = Record<string, string>

/** Requests an address; returns the status and the code of the error, or the admitted caller. */
async function ask(path: string, headers: Headers, method = 'GET'): Promise<[number, string]> {
  const response = await app.request(path, { method, headers: { host: HOST, ...headers } })
  const text = await response.text()
  return [response.status, text.startsWith('{') ? (JSON.parse(text) as { code: string }).code : text]
}

const bearer = { authorization: `Bearer ${TOKEN}` }
const basic = (pair: string): Headers => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })

describe('the host', () => {
  it.each(['evil.example', '127.0.0.1', '127.0.0.1:7421', ''])('%j is refused', async (host) => {
    expect(await ask('/api/jobs', { ...bearer, host })).toEqual([403, 'host_not_allowed'])
  })

  it('is checked on public pages too', async () => {
    expect(await ask('/health/live', { host: 'evil.example' })).toEqual([403, 'host_not_allowed'])
  })

  it.each([
    ['/api/jobs', 200],
    [`http://${HOST}/api/jobs`, 200],
    ['http://evil.example/api/jobs', 403],
    ['//evil', 200],
    ['*', 403],
  ])('is checked in the target %s of the request line', async (url, status) => {
    const request = new Request(`http://${HOST}/api/jobs`, { headers: { host: HOST, ...bearer } })
    expect((await app.fetch(request, { incoming: { url } })).status).toBe(status)
  })
})

describe('the origin', () => {
  const page = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

  it.each<[string, Headers, string, [number, string]]>([
    ['the own page', { origin: `http://${HOST}` }, '/api/jobs', [200, 'token']],
    ['the own page behind TLS', { origin: `https://${HOST}` }, '/api/jobs', [200, 'token']],
    ['another page', { origin: 'http://evil.example' }, '/api/jobs', [403, 'origin_not_allowed']],
    ['a page without an origin', { origin: 'null' }, '/api/jobs', [403, 'origin_not_allowed']],
    ['another site', { 'sec-fetch-site': 'cross-site' }, '/api/jobs', [403, 'cross_site']],
    ['another port', { 'sec-fetch-site': 'same-site' }, '/api/jobs', [403, 'cross_site']],
    ['a person', { 'sec-fetch-site': 'none' }, '/api/jobs', [200, 'token']],
    ['a link to a page', { 'sec-fetch-site': 'cross-site', ...page }, '/jobs', [200, 'nobody']],
    ['a link to the API', { 'sec-fetch-site': 'cross-site', ...page }, '/api/jobs', [403, 'cross_site']],
    [
      'a frame with a page',
      { 'sec-fetch-site': 'cross-site', ...page, 'sec-fetch-dest': 'iframe' },
      '/jobs',
      [403, 'cross_site'],
    ],
  ])('%s', async (_, headers, path, answer) => {
    expect(await ask(path, { ...bearer, ...headers })).toEqual(answer)
  })
})

describe('the token', () => {
  it.each<[string, string, Headers, [number, string]]>([
    ['is asked for', '/api/jobs', {}, [401, 'unauthorised']],
    ['must be right', '/api/jobs', { authorization: 'Bearer wrong' }, [401, 'unauthorised']],
    ['must be a bearer', '/api/jobs', { authorization: TOKEN }, [401, 'unauthorised']],
    ['is no password outside of git', '/api/jobs', basic(`x:${TOKEN}`), [401, 'unauthorised']],
    ['is a password for git', '/git/a.git/info/refs', basic(`x:${TOKEN}`), [200, 'token']],
    ['is a password without a user', '/git/a.git/info/refs', basic(`:${TOKEN}`), [200, 'token']],
    ['is a bearer for git too', '/git/a.git/info/refs', bearer, [200, 'token']],
    ['may be wrong for git', '/git/a.git/info/refs', basic('x:wrong'), [401, 'unauthorised']],
    ['may be no text for git', '/git/a.git/info/refs', { authorization: 'Basic %' }, [401, 'unauthorised']],
  ])('%s', async (_, path, headers, answer) => {
    expect(await ask(path, headers)).toEqual(answer)
  })

  it('is required in the scheme that the client understands', async () => {
    const wayOf = async (path: string): Promise<string | null> =>
      (await app.request(path, { headers: { host: HOST } })).headers.get('www-authenticate')
    expect(await wayOf('/api/jobs')).toBe('Bearer')
    expect(await wayOf('/git/a.git/info/refs')).toBe('Basic realm="Slipway"')
  })

  it.each([
    ['GET', '/health'],
    ['GET', '/health/ready'],
    ['GET', '/'],
    ['HEAD', '/jobs/1'],
    ['GET', '/assets/main-1a2b.js'],
    ['POST', '/api/session'],
  ])('is not required at %s %s', async (method, path) => {
    expect((await ask(path, {}, method))[0]).toBe(200)
  })

  it.each([
    ['POST', '/jobs/1'],
    ['DELETE', '/api/session'],
    ['GET', '/api/session'],
    ['GET', '/api/openapi.json'],
    ['GET', '/later'],
  ])('is required at %s %s', async (method, path) => {
    expect(await ask(path, {}, method)).toEqual([401, 'unauthorised'])
  })
})

describe('a session', () => {
  const cookieOf = async (): Promise<Headers> => ({
    cookie: `slipway_session=${await sessions.open('a test')}`,
  })

  it('admits its browser, and its cookie is renewed', async () => {
    const response = await app.request('/api/jobs', { headers: { host: HOST, ...(await cookieOf()) } })
    expect(await response.text()).toBe('session')
    const [cookie = ''] = response.headers.getSetCookie()
    expect(cookie).toMatch(/^slipway_session=[\w-]{43}; Max-Age=60; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  it('that has ended admits no one, and its cookie is removed', async () => {
    const cookie = await cookieOf()
    const [session] = await sessions.list()
    await sessions.end(session?.id ?? '')
    const response = await app.request('/api/jobs', { headers: { host: HOST, ...cookie } })
    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^slipway_session=; Max-Age=0/)])
  })

  it('changes something only for a page with a known origin', async () => {
    const cookie = await cookieOf()
    expect(await ask('/api/jobs', cookie, 'POST')).toEqual([403, 'origin_missing'])
    expect(await ask('/api/jobs', { ...cookie, origin: `http://${HOST}` }, 'POST')).toEqual([200, 'session'])
    expect(await ask('/api/jobs', { ...cookie, 'sec-fetch-site': 'same-origin' }, 'DELETE')).toEqual([
      200,
      'session',
    ])
  })

  it('is ignored when a client sends a wrong token', async () => {
    const both = { ...(await cookieOf()), authorization: 'Bearer wrong' }
    expect(await ask('/api/jobs', both)).toEqual([401, 'unauthorised'])
  })
})

it('can be checked again by streams that outlive the request', async () => {
  let isStillAdmitted: () => Promise<boolean> = () => Promise.reject(new Error('not asked'))
  const streams = new OpenAPIHono()
  streams.use('*', requireCredentials({ token: TOKEN, sessions, hosts: [HOST], limits: smallLimits }))
  streams.get('/api/stream', (c) => {
    isStillAdmitted = c.get('isStillAdmitted')
    return c.text('open')
  })
  const cookie = `slipway_session=${await sessions.open('a test')}`
  await streams.request('/api/stream', { headers: { host: HOST, cookie } })
  expect(await isStillAdmitted()).toBe(true)
  for (const { id } of await sessions.list()) await sessions.end(id)
  expect(await isStillAdmitted()).toBe(false)
  await streams.request('/api/stream', { headers: { host: HOST, ...bearer } })
  expect(await isStillAdmitted()).toBe(true)
})
