import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { AppError } from '../lib/app-error.ts'
import type { HttpDeps } from './deps.ts'

/** Everything else needs the token: a route that nobody thought about is closed. */
const open = new Set(['/health', '/health/live', '/health/ready'])

/**
 * The door. In this order: the address must be one of ours (a page on another site cannot rebind a name to us), the
 * caller must not be a foreign page, and the token must be right.
 */
export function guard(deps: HttpDeps): MiddlewareHandler {
  const expected = digest(deps.token)
  return async (c, next) => {
    const host = c.req.header('host')
    if (host === undefined || !deps.allowedHosts().includes(host)) {
      throw new AppError(
        403,
        'host_not_allowed',
        'This server does not answer under that Host: use the address that `slipway start` printed.',
      )
    }
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      throw new AppError(403, 'origin_not_allowed', 'Pages of other sites may not use this server.')
    }
    const site = c.req.header('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new AppError(403, 'cross_site', 'Requests from other sites are refused.')
    }
    if (!open.has(c.req.path)) {
      const given = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
      if (!timingSafeEqual(digest(given), expected)) {
        c.header('WWW-Authenticate', 'Bearer')
        throw new AppError(
          401,
          'unauthorised',
          'The token is missing or wrong: send `Authorization: Bearer <token>`; `slipway token` prints it.',
        )
      }
    }
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('X-Frame-Options', 'DENY')
    if (!c.res.headers.has('Content-Security-Policy'))
      c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
