import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { LogInCode, NewSession, SessionList, SessionView } from '../../contract/session.ts'
import { ErrorBody } from '../../contract/server.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { startBrowserSession } from '../exchange-link.ts'
import { invalid } from '../errors.ts'
import { idOf } from '../params.ts'
import { readJson } from '../read-body.ts'
import { clearSessionCookie } from '../session-cookie.ts'

/** The maximum body size in bytes: a token is short. */
const BODY_BYTES = 4096

/** Routes of browser sessions: a browser logs in with the token and is identified by a cookie from then on. */
export function sessionRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  describe(app)
  app.post('/api/session', async (c) => {
    const body = NewSession.safeParse(await readJson(c, BODY_BYTES))
    if (!body.success) throw invalid(body.error, 'log-in')
    deps.logIn.withToken(body.data.token.trim())
    await startBrowserSession(c, deps)
    return c.body(null, 204)
  })
  app.get('/api/session', async (c) => {
    const id = currentOf(c)
    const session = (await deps.sessions.list()).find((candidate) => candidate.id === id)
    if (session === undefined) throw noSession()
    return c.json({ ...session, current: true })
  })
  app.delete('/api/session', async (c) => {
    const id = currentOf(c)
    if (id === null) throw noSession()
    await deps.sessions.end(id)
    clearSessionCookie(c)
    return c.body(null, 204)
  })
  app.post('/api/session/codes', (c) => {
    const expires = new Date(Date.now() + deps.limits.codeMs)
    const answer: LogInCode = { code: deps.logIn.newCode(), expires_at: expires.toISOString() }
    return c.json(answer, 201)
  })
  app.get('/api/sessions', async (c) => {
    const current = currentOf(c)
    const sessions = await deps.sessions.list()
    return c.json({ sessions: sessions.map((session) => ({ ...session, current: session.id === current })) })
  })
  app.delete('/api/sessions/:id', async (c) => {
    const id = idOf(c)
    if (!(await deps.sessions.end(id)))
      throw new AppError('not_found', `There is no session ${id}: it has ended already.`)
    if (id === currentOf(c)) clearSessionCookie(c)
    return c.body(null, 204)
  })
}

function currentOf(c: Context): string | null {
  const caller = c.get('caller')
  return caller.kind === 'session' ? caller.id : null
}

function noSession(): AppError {
  return new AppError('no_session', 'There is no session here: who sends the token needs none.')
}

function describe(app: OpenAPIHono): void {
  const registry = app.openAPIRegistry
  registry.registerPath({
    method: 'post',
    path: '/api/session',
    summary: 'Log a browser in',
    security: [],
    request: { body: { content: { 'application/json': { schema: NewSession } } } },
    responses: {
      204: { description: 'Logged in; `Set-Cookie` holds the session.' },
      400: errors[400],
      401: errors[401],
      403: errors[403],
      415: errors[415],
      429: ok(ErrorBody, 'Too many wrong attempts; `Retry-After` says when to come back.'),
    },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/session',
    summary: 'The session that asks',
    responses: { 200: ok(SessionView, 'The session.'), ...errors },
  })
  registry.registerPath({
    method: 'delete',
    path: '/api/session',
    summary: 'Log out',
    responses: { 204: { description: 'The session has ended.' }, ...errors },
  })
  registry.registerPath({
    method: 'post',
    path: '/api/session/codes',
    summary: 'Make a code that logs one browser in, once',
    responses: { 201: ok(LogInCode, 'The code: open `/?code=<code>` with the browser.'), ...errors },
  })
  registry.registerPath({
    method: 'get',
    path: '/api/sessions',
    summary: 'The browsers that are logged in',
    responses: { 200: ok(SessionList, 'The sessions, the last seen first.'), ...errors },
  })
  registry.registerPath({
    method: 'delete',
    path: '/api/sessions/{id}',
    summary: 'Log a browser out',
    request: { params: idParams },
    responses: { 204: { description: 'The session has ended.' }, ...errors },
  })
}
