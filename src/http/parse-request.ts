import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { AppError } from '../lib/app-error.ts'
import type { BodyReader } from './bodies.ts'
import { fit } from './errors.ts'
import type { HttpLimits } from './http-limits.ts'

/** What a request may hold. */
export interface RequestShape {
  /**
   * Its parameters are in braces. A parameter matches a whole segment; `{path}` matches the rest of the address, undecoded.
   */
  readonly path: string
  readonly params?: Readonly<Record<string, z.ZodType>>
  readonly headers?: Readonly<Record<string, z.ZodType>>
  /** A query where none is declared is refused, because parameters that are ignored hide mistakes. */
  readonly query?: z.ZodObject
  readonly body?: BodyReader<unknown>
}

/** The parsed parts of a request. */
export interface Sent<Params = unknown, Headers = unknown, Query = unknown, Body = unknown> {
  readonly params: Params
  readonly headers: Headers
  readonly query: Query
  readonly body: Body
}

/**
 * Parses a request in this order: parameters of the address, headers, query, body. Throws `AppError` when one is invalid.
 */
export async function parseRequest(
  c: Context,
  { path, params = {}, headers = {}, query, body }: RequestShape,
  limits: HttpLimits,
): Promise<Sent> {
  if (query === undefined) refuseQuery(c)
  return {
    params: fitEach(params, (name) => (name === 'path' ? restOf(c, path) : c.req.param(name))),
    headers: fitEach(headers, (name) => c.req.header(name)),
    query: query === undefined ? undefined : fit(query, c.req.query()),
    body: body === undefined ? undefined : await body.read(c, limits),
  }
}

/** Parses fields one by one, so that an error is about the value and not about its name. */
function fitEach(
  fields: Readonly<Record<string, z.ZodType>>,
  sent: (name: string) => string | undefined,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, fit(schema, sent(name))]))
}

function refuseQuery(c: Context): void {
  const [field] = new URL(c.req.url).searchParams.keys()
  if (field === undefined) return
  const message = `unknown field "${field.slice(0, 100)}"`
  throw new AppError('invalid_request', `${message}: this route takes no query`, {
    issues: [{ path: '', message }],
  })
}

/** Returns the part of the address that matches `{path}`, undecoded. */
function restOf(c: Context, path: string): string {
  const before = path.split('/').indexOf('{path}')
  return new URL(c.req.url).pathname.split('/').slice(before).join('/')
}
