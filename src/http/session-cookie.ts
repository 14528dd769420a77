import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

const NAME = 'slipway_session'

/** What the browser holds of its session, or null. */
export function readSessionCookie(c: Context): string | null {
  return getCookie(c, NAME) ?? null
}

/** Hands the browser its session: out of reach of scripts, never sent along from another site. */
export function writeSessionCookie(c: Context, secret: string, lifetimeMs: number): void {
  setCookie(c, NAME, secret, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: Math.floor(lifetimeMs / 1000),
    // Behind a proxy with TLS; whoever makes this header up restricts only their own cookie.
    secure: c.req.header('x-forwarded-proto') === 'https',
  })
}

export function clearSessionCookie(c: Context): void {
  deleteCookie(c, NAME, { path: '/', httpOnly: true, sameSite: 'Strict' })
}

/** Whether this answer has already said something about the cookie. */
export function saysSessionCookie(c: Context): boolean {
  return c.res.headers.getSetCookie().some((cookie) => cookie.startsWith(`${NAME}=`))
}
