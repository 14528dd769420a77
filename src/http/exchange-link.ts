import type { Context } from 'hono'
import { AppError } from '../lib/app-error.ts'
import type { HttpDeps } from './deps.ts'
import { writeSessionCookie } from './session-cookie.ts'

/** What a log-in needs of all that the HTTP room is given. */
export interface LinkDeps {
  readonly logIn: HttpDeps['logIn']
  readonly sessions: Pick<HttpDeps['sessions'], 'open'>
  readonly limits: Pick<HttpDeps['limits'], 'sessionMs'>
}

/**
 * A link that logs in: `?code=` on any page becomes a session, and the browser is sent to the same page without it, so that
 * the secret does not stay in the address. What is wrong is dropped the same way: the page then asks for the token. So is a
 * token, which is good for ever and has no place in an address. Null when the address holds neither.
 */
export async function exchangeLink(c: Context, deps: LinkDeps): Promise<Response | null> {
  const { token, code } = c.req.query()
  if (token === undefined && code === undefined) return null
  if (c.req.method === 'GET' && code !== undefined && isRight(deps, code)) await startBrowserSession(c, deps)
  return c.redirect(withoutSecret(c.req.url), 303)
}

/** Lets the browser in whose log-in was right: the answer carries its cookie. */
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

/** Path and query alone: the redirect never leaves this server. */
function withoutSecret(address: string): string {
  const url = new URL(address)
  url.searchParams.delete('token')
  url.searchParams.delete('code')
  return url.pathname + url.search
}
