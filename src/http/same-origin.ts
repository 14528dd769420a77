import type { Context } from 'hono'
import { AppError } from '../lib/app-error.ts'
import { isUiPath } from './ui-paths.ts'

const harmless = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The address must be one of ours: a page elsewhere cannot rebind its own name to this server. */
export function checkHost(c: Context, allowed: readonly string[]): void {
  const host = c.req.header('host')
  if (host !== undefined && allowed.includes(host) && isAskedAt(c, host)) return
  throw new AppError(
    'host_not_allowed',
    'This server does not answer under that Host: use the address that `slipway start` printed.',
  )
}

/** A target in absolute form (`GET http://name/path`) goes before the header, and must not name somebody else. */
function isAskedAt(c: Context, host: string): boolean {
  const target = targetOf(c.env)
  if (target.startsWith('/')) return true
  return URL.canParse(target) && new URL(target).host === new URL(`http://${host}`).host
}

/** What stood in the first line of the request; without a connection, as in tests of the app alone, a path. */
function targetOf(env: unknown): string {
  const incoming: unknown = typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : null
  const isRequest = typeof incoming === 'object' && incoming !== null && 'url' in incoming
  return isRequest && typeof incoming.url === 'string' ? incoming.url : '/'
}

/** Nobody is asked by a page of another origin, not even to read; a link to a page of the UI may come from anywhere. */
export function checkOrigin(c: Context): void {
  const host = c.req.header('host') ?? ''
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw new AppError('origin_not_allowed', 'Pages of other sites may not use this server.')
  const site = c.req.header('sec-fetch-site')
  if (site === undefined || site === 'same-origin' || site === 'none' || isFollowedLink(c)) return
  throw new AppError('cross_site', 'Requests from other sites are refused.')
}

/** A person who follows a link gets a page without data; the page then asks from our own origin. */
function isFollowedLink(c: Context): boolean {
  return (
    harmless.has(c.req.method) &&
    c.req.header('sec-fetch-mode') === 'navigate' &&
    c.req.header('sec-fetch-dest') === 'document' &&
    isUiPath(c.req.path)
  )
}

/**
 * A cookie comes along by itself, so what changes something must also show that it comes from our own page. What the
 * headers say has been checked by `checkOrigin`; here they must say something.
 */
export function checkCookieWrite(c: Context): void {
  if (harmless.has(c.req.method)) return
  if (c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined) return
  throw new AppError(
    'origin_missing',
    'A change with a session cookie needs an Origin header: browsers send it; programs send the token instead.',
  )
}
