import type { Context } from 'hono'
import { AppError } from '../../lib/app-error.ts'
import { isUiPath } from '../ui/ui-paths.ts'

const harmless = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Rejects hosts that are not allowed, so that a foreign page cannot rebind its own name to this server. */
export function checkHost(c: Context, allowed: readonly string[]): void {
  const host = c.req.header('host')
  if (host !== undefined && allowed.includes(host) && isAskedAt(c, host)) return
  throw new AppError(
    'host_not_allowed',
    'This server does not answer under that Host: use the address that `slipway start` printed.',
  )
}

/**
 * Whether the request target matches the host: a target in absolute form (`GET http://name/path`) overrides the header, and
 * must not name another host.
 */
function isAskedAt(c: Context, host: string): boolean {
  const target = targetOf(c.env)
  if (target.startsWith('/')) return true
  return URL.canParse(target) && new URL(target).host === new URL(`http://${host}`).host
}

/** Returns the target in the request line; without a connection, as in tests of the app alone, `/`. */
function targetOf(env: unknown): string {
  const incoming: unknown = typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : null
  const isRequest = typeof incoming === 'object' && incoming !== null && 'url' in incoming
  return isRequest && typeof incoming.url === 'string' ? incoming.url : '/'
}

/** Rejects requests from pages of another origin, even reads; links to pages of the UI may come from anywhere. */
export function checkOrigin(c: Context): void {
  const host = c.req.header('host') ?? ''
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw new AppError('origin_not_allowed', 'Pages of other sites may not use this server.')
  const site = c.req.header('sec-fetch-site')
  if (site === undefined || site === 'same-origin' || site === 'none' || isFollowedLink(c)) return
  throw new AppError('cross_site', 'Requests from other sites are refused.')
}

/** Whether the request follows a link. It returns a page without data, which then makes its requests from the own origin. */
function isFollowedLink(c: Context): boolean {
  return (
    harmless.has(c.req.method) &&
    c.req.header('sec-fetch-mode') === 'navigate' &&
    c.req.header('sec-fetch-dest') === 'document' &&
    isUiPath(c.req.path)
  )
}

/**
 * A cookie is sent automatically, so a write must also prove that it comes from an own page. `checkOrigin` has checked the
 * values of the headers; here at least one must be present.
 */
export function checkCookieWrite(c: Context): void {
  if (harmless.has(c.req.method)) return
  if (c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined) return
  throw new AppError(
    'origin_missing',
    'A change with a session cookie needs an Origin header: browsers send it; programs send the token instead.',
  )
}
