import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { EventQuery } from '../contract/event.ts'
import { ArchiveFormat } from '../contract/files.ts'
import { AppError } from '../lib/app-error.ts'
import { invalid } from './errors.ts'

/** Returns an id from the path; throws 404 when it is not a UUID. */
export function idOf(c: Context, name = 'id'): string {
  const id = c.req.param(name) ?? ''
  if (!z.uuid().safeParse(id).success)
    throw new AppError(
      'not_found',
      `There is no ${name === 'id' ? 'job' : name.replace(/Id$|_id$/, '')} ${JSON.stringify(id.slice(0, 60))}.`,
    )
  return id
}

/** Parses the query; unknown fields are errors that name them. */
export function queryOf<T extends z.ZodType>(c: Context, schema: T): z.output<T> {
  const parsed = schema.safeParse(c.req.query())
  if (!parsed.success) throw invalid(parsed.error, 'query')
  return parsed.data
}

/** The name of a commit: rejects names that git would read as an option, a range or a reflog lookup. */
const Ref = z
  .string()
  .max(200, 'the name of a commit has at most 200 characters')
  .regex(
    /^(?![-.])(?!.*\.\.)(?!.*@\{)[\w./@+-]+$/,
    'this is not the name of a commit: send "HEAD", the name of the branch, a commit id or the reference of an attempt',
  )

export const DownloadQuery = z.strictObject({ format: ArchiveFormat.default('zip') })
export const RefQuery = z.strictObject({ ref: Ref.optional() })
export const DiffQuery = z.strictObject({ from: Ref.optional(), to: Ref.optional() })
export const AfterQuery = EventQuery.pick({ after: true })
