import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const NAME = 'slipway_session'

/** Returns the browser's session secret, or null. */
export function readSessionCookie(c: Context): string | null {
  return getCookie(c, NAME) ?? null
}

/** Sets the session cookie: not readable by scripts, never sent from another site. */
export function writeSessionCookie(c: Context, secret: string, lifetimeMs: number): void {
  setCookie(c, NAME, secret, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: Math.floor(lifetimeMs / 1000),
    // Set behind a proxy with TLS; a client that forges this header only restricts its own cookie.
    secure: c.req.header('x-forwarded-proto') === 'https',
  })
}

export function clearSessionCookie(c: Context): void {
  deleteCookie(c, NAME, { path: '/', httpOnly: true, sameSite: 'Strict' })
}

/** Whether this response already sets the cookie. */
export function setsSessionCookie(c: Context): boolean {
  return c.res.headers.getSetCookie().some((cookie) => cookie.startsWith(`${NAME}=`))
}
