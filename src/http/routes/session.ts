import type { Context } from 'hono'
import { ErrorBody } from '../../contract/server.ts'
import { LogInCode, NewSession, SessionList, SessionView } from '../../contract/session.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { errors, ok } from '../answers.ts'
import { jsonBody } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { startBrowserSession } from '../access/exchange-link.ts'
import { idOf } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'
import { clearSessionCookie } from '../access/session-cookie.ts'

/** The maximum body size in bytes: a token is short. */
const BODY_BYTES = 4096

const path = '/api/session'
const ended = { 204: { description: 'The session has ended.' } }

/** Endpoints of browser sessions: a browser logs in with the token and is identified by a cookie from then on. */
export function sessionEndpoints(server: ServerParts): Endpoint[] {
  return [logIn(server), newCode(server), ...own(server), ...all(server)]
}

function logIn(server: ServerParts): Endpoint {
  return endpoint({
    method: 'post',
    path,
    summary: 'Log a browser in',
    isPublic: true,
    body: jsonBody(NewSession, { bytes: BODY_BYTES }),
    answers: { 204: { description: 'Logged in; `Set-Cookie` holds the session.' } },
    errors: {
      400: errors[400],
      401: errors[401],
      403: errors[403],
      415: errors[415],
      429: ok(ErrorBody, 'Too many wrong attempts; `Retry-After` gives the time to wait.'),
    },
    async handle({ body }, c) {
      server.logIn.withToken(body.token.trim())
      await startBrowserSession(c, server)
    },
  })
}

function newCode({ logIn: { newCode: issue }, limits }: ServerParts): Endpoint {
  return endpoint({
    method: 'post',
    path: `${path}/codes`,
    summary: 'Make a code that logs one browser in, once',
    answers: { 201: ok(LogInCode, 'The code: open `/?code=<code>` with the browser.') },
    handle: () => ({ code: issue(), expires_at: new Date(clock.now() + limits.codeMs).toISOString() }),
  })
}

/** Endpoints of the session that asks. */
function own({ sessions }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path,
      summary: 'The session that asks',
      answers: { 200: ok(SessionView, 'The session.') },
      async handle(_, c) {
        const id = currentOf(c)
        const session = (await sessions.list()).find((candidate) => candidate.id === id)
        if (session === undefined) throw noSession()
        return { ...session, current: true }
      },
    }),
    endpoint({
      method: 'delete',
      path,
      summary: 'Log out',
      answers: ended,
      async handle(_, c) {
        const id = currentOf(c)
        if (id === null) throw noSession()
        await sessions.end(id)
        clearSessionCookie(c)
      },
    }),
  ]
}

/** Endpoints of all sessions. */
function all({ sessions }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/sessions',
      summary: 'The browsers that are logged in',
      answers: { 200: ok(SessionList, 'The sessions, the last seen first.') },
      async handle(_, c) {
        const current = currentOf(c)
        return {
          sessions: (await sessions.list()).map((one) => ({ ...one, current: one.id === current })),
        }
      },
    }),
    endpoint({
      method: 'delete',
      path: '/api/sessions/{id}',
      summary: 'Log a browser out',
      params: { id: idOf('session') },
      answers: ended,
      async handle({ params: { id } }, c) {
        if (!(await sessions.end(id)))
          throw new AppError('not_found', `There is no session ${id}: it has ended already.`)
        if (id === currentOf(c)) clearSessionCookie(c)
      },
    }),
  ]
}

function currentOf(c: Context): string | null {
  const caller = c.get('caller')
  return caller.kind === 'session' ? caller.id : null
}

function noSession(): AppError {
  return new AppError('no_session', 'There is no session here: who sends the token needs none.')
}
