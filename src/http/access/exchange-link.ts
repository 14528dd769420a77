import type { Context } from 'hono'
import type { BrowserSessions } from '../../engine/server/browser-sessions.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpLimits } from '../http-limits.ts'
import type { LogIn } from './log-in.ts'
import { writeSessionCookie } from './session-cookie.ts'

/** The parts of the server that a log-in needs. */
export interface LogInParts {
  readonly logIn: LogIn
  readonly sessions: Pick<BrowserSessions, 'open'>
  readonly limits: Pick<HttpLimits, 'sessionMs'>
}

/**
 * Handles a log-in link: `?code=` on any page becomes a session, and the browser is redirected to the same page without it,
 * so that the secret does not stay in the address. A wrong code is dropped in the same way: the page then asks for the
 * token. So is a token, which never expires and does not belong in an address. Returns null when the address has neither.
 */
export async function exchangeLink(c: Context, parts: LogInParts): Promise<Response | null> {
  const { token, code } = c.req.query()
  if (token === undefined && code === undefined) return null
  if (c.req.method === 'GET' && code !== undefined && isRight(parts, code))
    await startBrowserSession(c, parts)
  return c.redirect(withoutSecret(c.req.url), 303)
}

/** Opens a session for a browser whose log-in succeeded; sets the cookie on the response. */
export async function startBrowserSession(c: Context, parts: LogInParts): Promise<void> {
  const secret = await parts.sessions.open(c.req.header('user-agent') ?? '')
  writeSessionCookie(c, secret, parts.limits.sessionMs)
}

function isRight(parts: LogInParts, code: string): boolean {
  try {
    parts.logIn.withCode(code)
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/** Returns only path and query, so that the redirect never leaves this server. */
function withoutSecret(address: string): string {
  const url = new URL(address)
  url.searchParams.delete('token')
  url.searchParams.delete('code')
  return url.pathname + url.search
}
