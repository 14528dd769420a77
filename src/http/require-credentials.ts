import type { Context, MiddlewareHandler } from 'hono'
import { admit, type Caller } from './admit.ts'
import type { HttpDeps } from './deps.ts'
import { checkHost, checkOrigin } from './same-origin.ts'
import { saysSessionCookie, writeSessionCookie } from './session-cookie.ts'
import { isAssetPath, isUiPath } from './ui-paths.ts'

const open = new Set(['/health', '/health/live', '/health/ready'])

/**
 * Checks every request, in this order: the address must be one of ours, the caller must not be a foreign page, and the token or the
 * session must be right.
 */
export function requireCredentials(deps: HttpDeps): MiddlewareHandler {
  return async (c, next) => {
    checkHost(c, deps.allowedHosts())
    checkOrigin(c)
    const caller = isPublic(c) ? null : await admit(c, deps)
    await next()
    if (caller !== null) renew(c, caller, deps)
  }
}

/** Everything else is closed: so is a route that nobody thought about. */
function isPublic(c: Context): boolean {
  const { method, path } = c.req
  if (open.has(path)) return true
  if (method === 'POST') return path === '/api/session'
  return (method === 'GET' || method === 'HEAD') && (isUiPath(path) || isAssetPath(path))
}

/** A session in use does not end: its cookie lives as long as the session was prolonged. */
function renew(c: Context, caller: Caller, deps: HttpDeps): void {
  if (caller.kind === 'session' && caller.renewed && !saysSessionCookie(c))
    writeSessionCookie(c, caller.secret, deps.limits.sessionMs)
}
