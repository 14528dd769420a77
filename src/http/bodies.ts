import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { NewJob } from '../contract/job.ts'
import { AppError } from '../lib/app-error.ts'
import { fit, invalid } from './errors.ts'
import type { HttpLimits } from './http-limits.ts'
import { readForm, readJson, readOptionalJson, type ArrivingDocument } from './read-body.ts'

/** How a body is described, and how it is read and parsed within its limits. */
export interface BodyReader<T> {
  /** The schema of each media type. */
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>
  readonly read: (c: Context, limits: HttpLimits) => Promise<T>
}

/** Reads JSON. `bytes` overrides the usual maximum size; `explain` may add to an error. */
export function jsonBody<T>(
  schema: z.ZodType<T>,
  {
    bytes,
    explain = (error) => error,
  }: {
    readonly bytes?: number
    readonly explain?: (error: z.core.$ZodError, body: unknown) => z.core.$ZodError
  } = {},
): BodyReader<T> {
  return {
    content: { 'application/json': { schema } },
    async read(c, limits) {
      const body = await readJson(c, bytes ?? limits.bodyBytes)
      const parsed = schema.safeParse(body)
      if (!parsed.success) throw invalid(explain(parsed.error, body))
      return parsed.data
    },
  }
}

/** Reads JSON; no body counts as `{}`. */
export function optionalJsonBody<T>(schema: z.ZodType<T>): BodyReader<T> {
  return {
    content: { 'application/json': { schema } },
    read: async (c, limits) => fit(schema, await readOptionalJson(c, limits.bodyBytes)),
  }
}

/** Reads a job, as JSON or as a form with documents. */
export const jobBody: BodyReader<{ input: NewJob; documents: readonly ArrivingDocument[] }> = {
  content: { 'application/json': { schema: NewJob }, 'multipart/form-data': { schema: NewJob } },
  async read(c, limits) {
    const { fields, documents } = await readForm(c, limits)
    return { input: fit(NewJob, fields), documents }
  },
}

/** Reads a form with at least one document. */
export const documentsBody: BodyReader<readonly ArrivingDocument[]> = {
  content: { 'multipart/form-data': { schema: z.object({ documents: z.any() }) } },
  async read(c, limits) {
    if (!(c.req.header('content-type') ?? '').toLowerCase().startsWith('multipart/form-data'))
      throw new AppError('unsupported_media_type', 'Send documents as multipart/form-data.')
    const { documents } = await readForm(c, limits)
    if (documents.length === 0)
      throw new AppError('no_documents', 'No document was sent: put files into the field "documents".')
    return documents
  },
}
