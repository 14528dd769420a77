import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { AppError } from '../lib/app-error.ts'
import { invalid } from './errors.ts'

/** An id from the path; what is no UUID names nothing. */
export function idOf(c: Context, name = 'id'): string {
  const id = c.req.param(name) ?? ''
  if (!z.uuid().safeParse(id).success)
    throw new AppError(
      404,
      'not_found',
      `There is no ${name === 'id' ? 'job' : name.replace(/Id$/, '')} ${JSON.stringify(id.slice(0, 60))}.`,
    )
  return id
}

/** The query, parsed; unknown fields are named, not ignored. */
export function queryOf<T extends z.ZodType>(c: Context, schema: T): z.output<T> {
  const parsed = schema.safeParse(c.req.query())
  if (!parsed.success) throw invalid(parsed.error, 'query')
  return parsed.data
}

export const RefQuery = z.strictObject({ ref: z.string().min(1).max(200).optional() })
export const DiffQuery = z.strictObject({
  from: z.string().min(1).max(200).optional(),
  to: z.string().min(1).max(200).optional(),
})
export const AfterQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(2_000_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
})
