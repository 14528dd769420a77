import type { Context } from 'hono'
import type { BrowserSessions } from '../../engine/server/browser-sessions.ts'
import { AppError } from '../../lib/app-error.ts'
import { isToken } from './log-in.ts'
import { checkCookieWrite } from './same-origin.ts'
import { clearSessionCookie, readSessionCookie } from './session-cookie.ts'

/** The caller of a request: a program with the token, or a browser with a session. */
export type Caller =
  | { readonly kind: 'token' }
  | { readonly kind: 'session'; readonly id: string; readonly secret: string; readonly renewed: boolean }

declare module 'hono' {
  interface ContextVariableMap {
    caller: Caller
    /** Whether the caller would still be admitted; checked by streams that outlive the request. */
    isStillAdmitted: () => Promise<boolean>
  }
}

/** What callers are known by. */
export interface Credentials {
  readonly token: string
  readonly sessions: Pick<BrowserSessions, 'find'>
}

/** Identifies the caller and sets it as `caller`; throws 401 when there is none. */
export async function admit(c: Context, known: Credentials): Promise<Caller> {
  const authorization = c.req.header('authorization')
  const caller =
    authorization === undefined ? await bySession(c, known) : byToken(c, authorization, known.token)
  if (caller === null) {
    c.header('WWW-Authenticate', isForGit(c) ? 'Basic realm="Slipway"' : 'Bearer')
    throw new AppError(
      'unauthorised',
      'The token is missing or wrong: log in, or send `Authorization: Bearer <token>`; `slipway token` prints it.',
    )
  }
  c.set('caller', caller)
  c.set(
    'isStillAdmitted',
    async () => caller.kind === 'token' || (await known.sessions.find(caller.secret)) !== null,
  )
  return caller
}

function byToken(c: Context, authorization: string, token: string): Caller | null {
  const bearer = /^Bearer (\S+)$/.exec(authorization)?.[1]
  const given = bearer ?? (isForGit(c) ? passwordOf(authorization) : null)
  return isToken(given ?? '', token) ? { kind: 'token' } : null
}

/** Git clients use basic authentication: the password is the token, any user name is accepted. */
function isForGit(c: Context): boolean {
  return c.req.path.startsWith('/git/')
}

function passwordOf(authorization: string): string | null {
  const encoded = /^Basic ([\w+/]+=*)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return null
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

async function bySession(c: Context, known: Credentials): Promise<Caller | null> {
  const secret = readSessionCookie(c)
  if (secret === null) return null
  const session = await known.sessions.find(secret)
  if (session === null) {
    clearSessionCookie(c)
    return null
  }
  checkCookieWrite(c)
  return { kind: 'session', id: session.id, secret, renewed: session.renewed }
}
