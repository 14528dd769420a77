import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../../../test/helpers/test-app.ts'

let opened: TestApp

beforeAll(async () => {
  opened = await openTestApp()
})
afterAll(() => opened.close())

const browser = { host: 'slipway.test', origin: 'http://slipway.test' }

/** Asks as a browser does, with its cookie or without. */
async function ask(method: string, path: string, cookie: string | null, body?: object): Promise<Response> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return opened.app.request(path, {
    method,
    headers: { ...browser, ...type, ...(cookie === null ? {} : { cookie }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** Logs a browser in; returns its cookie. */
async function logIn(): Promise<string> {
  const response = await ask('POST', '/api/session', null, { token: ` ${opened.server.token}\n` })
  expect([response.status, await response.text()]).toEqual([204, ''])
  const [cookie = ''] = response.headers.getSetCookie()
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/)
  return cookie.split(';', 1)[0] ?? ''
}

async function idOf(cookie: string): Promise<string> {
  return ((await (await ask('GET', '/api/session', cookie)).json()) as { id: string }).id
}

it('a browser logs in with the token, is recognised, and logs out', async () => {
  const cookie = await logIn()
  expect(await (await ask('GET', '/api/session', cookie)).json()).toMatchObject({ current: true })
  const out = await ask('DELETE', '/api/session', cookie)
  expect([out.status, out.headers.getSetCookie()]).toEqual([
    204,
    [expect.stringMatching(/^slipway_session=;/)],
  ])
  expect((await ask('GET', '/api/session', cookie)).status).toBe(401)
})

it('a wrong token is refused, and so is a long body', async () => {
  const wrong = await ask('POST', '/api/session', null, { token: 'wrong' })
  expect([wrong.status, await wrong.json()]).toMatchObject([401, { code: 'wrong_token' }])
  expect((await ask('POST', '/api/session', null, { token: 'x'.repeat(5000) })).status).toBe(413)
  expect((await ask('POST', '/api/session', null, { token: 'x'.repeat(300) })).status).toBe(400)
})

it('a browser lists all sessions, and ends another one', async () => {
  const [mine, other] = [await logIn(), await logIn()]
  const [mineId, otherId] = [await idOf(mine), await idOf(other)]
  const { sessions } = (await (await ask('GET', '/api/sessions', mine)).json()) as {
    sessions: { id: string; current: boolean }[]
  }
  expect(sessions.filter(({ current }) => current).map(({ id }) => id)).toEqual([mineId])
  const ended = await ask('DELETE', `/api/sessions/${otherId}`, mine)
  expect([ended.status, ended.headers.getSetCookie()]).toEqual([204, []])
  expect((await ask('GET', '/api/session', other)).status).toBe(401)
  expect((await ask('DELETE', `/api/sessions/${otherId}`, mine)).status).toBe(404)
  const own = await ask('DELETE', `/api/sessions/${mineId}`, mine)
  expect([own.status, own.headers.getSetCookie()]).toEqual([
    204,
    [expect.stringMatching(/^slipway_session=;/)],
  ])
})

it('an invalid id names no session', async () => {
  const response = await opened.ask('DELETE', '/api/sessions/one')
  expect(await response.json()).toEqual({ code: 'not_found', error: 'There is no session "one".' })
})

it('a client that sends the token has no session', async () => {
  for (const method of ['GET', 'DELETE']) {
    const response = await opened.ask(method, '/api/session')
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'no_session' }])
  }
})

it('a link with a code logs one browser in, once, and the code leaves the address', async () => {
  const made = await opened.ask('POST', '/api/session/codes')
  const { code, expires_at } = (await made.json()) as { code: string; expires_at: string }
  expect(made.status).toBe(201)
  expect(Date.parse(expires_at)).toBeGreaterThan(Date.now())
  const first = await opened.app.request(`/jobs?code=${code}&q=a`, { headers: { host: 'slipway.test' } })
  expect([first.status, first.headers.get('location')]).toEqual([303, '/jobs?q=a'])
  expect(first.headers.getSetCookie()).toEqual([expect.stringMatching(/^slipway_session=[\w-]{43};/)])
  const second = await opened.app.request(`/jobs?code=${code}`, { headers: { host: 'slipway.test' } })
  expect([second.status, second.headers.getSetCookie()]).toEqual([303, []])
})
