import type { Context, MiddlewareHandler } from 'hono'
import { admit, type Caller } from './admit.ts'
import type { HttpDeps } from './deps.ts'
import { checkHost, checkOrigin } from './same-origin.ts'
import { saysSessionCookie, writeSessionCookie } from './session-cookie.ts'
import { isAssetPath, isUiPath } from './ui-paths.ts'

const open = new Set(['/health', '/health/live', '/health/ready'])

/**
 * Checks every request, in this order: the host must be allowed, the origin must not be foreign, and the token or the
 * session must be valid.
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

/** Whether a request needs no credentials. Everything else does, including routes added later. */
function isPublic(c: Context): boolean {
  const { method, path } = c.req
  if (open.has(path)) return true
  if (method === 'POST') return path === '/api/session'
  return (method === 'GET' || method === 'HEAD') && (isUiPath(path) || isAssetPath(path))
}

/** Renews the cookie when the session was extended, so that a session in use does not expire. */
function renew(c: Context, caller: Caller, deps: HttpDeps): void {
  if (caller.kind === 'session' && caller.renewed && !saysSessionCookie(c))
    writeSessionCookie(c, caller.secret, deps.limits.sessionMs)
}
