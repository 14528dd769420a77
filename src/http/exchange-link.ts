import type { Context } from 'hono'
import { AppError } from '../lib/app-error.ts'
import type { HttpDeps } from './deps.ts'
import { writeSessionCookie } from './session-cookie.ts'

/** The subset of the HTTP dependencies that a log-in needs. */
export interface LinkDeps {
  readonly logIn: HttpDeps['logIn']
  readonly sessions: Pick<HttpDeps['sessions'], 'open'>
  readonly limits: Pick<HttpDeps['limits'], 'sessionMs'>
}

/**
 * Handles a log-in link: `?code=` on any page becomes a session, and the browser is redirected to the same page without it,
 * so that the secret does not stay in the address. A wrong code is dropped in the same way: the page then asks for the
 * token. So is a token, which never expires and has no place in an address. Returns null when the address has neither.
 */
export async function exchangeLink(c: Context, deps: LinkDeps): Promise<Response | null> {
  const { token, code } = c.req.query()
  if (token === undefined && code === undefined) return null
  if (c.req.method === 'GET' && code !== undefined && isRight(deps, code)) await startBrowserSession(c, deps)
  return c.redirect(withoutSecret(c.req.url), 303)
}

/** Opens a session for a browser whose log-in succeeded; sets the cookie on the response. */
export async function startBrowserSession(c: Context, deps: LinkDeps): Promise<void> {
  const secret = await deps.sessions.open(c.req.header('user-agent') ?? '')
  writeSessionCookie(c, secret, deps.limits.sessionMs)
}

function isRight(deps: LinkDeps, code: string): boolean {
  try {
    deps.logIn.withCode(code)
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
