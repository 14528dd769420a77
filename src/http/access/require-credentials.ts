import type { Context, MiddlewareHandler } from 'hono'
import { admit, type Caller, type Credentials } from './admit.ts'
import type { HttpLimits } from '../http-limits.ts'
import { checkHost, checkOrigin } from './same-origin.ts'
import { setsSessionCookie, writeSessionCookie } from './session-cookie.ts'
import { isAssetPath, isUiPath } from '../ui/ui-paths.ts'

const open = new Set(['/health', '/health/live', '/health/ready'])

/** What a request is checked against. */
export interface GuardParts extends Credentials {
  readonly hosts: readonly string[]
  readonly limits: Pick<HttpLimits, 'sessionMs'>
}

/**
 * Checks every request, in this order: the host must be allowed, the origin must not be foreign, and the token or the
 * session must be valid.
 */
export function requireCredentials(parts: GuardParts): MiddlewareHandler {
  return async (c, next) => {
    checkHost(c, parts.hosts)
    checkOrigin(c)
    const caller = isPublic(c) ? null : await admit(c, parts)
    await next()
    if (caller !== null) renew(c, caller, parts)
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
function renew(c: Context, caller: Caller, parts: GuardParts): void {
  if (caller.kind === 'session' && caller.renewed && !setsSessionCookie(c))
    writeSessionCookie(c, caller.secret, parts.limits.sessionMs)
}
