import { z } from '@hono/zod-openapi'
import { ErrorBody } from '../contract/server.ts'

/** Shared parts of the OpenAPI descriptions of routes. */
export const idParams = z.object({ id: z.string() })

export function ok<T extends z.ZodType>(
  schema: T,
  description: string,
): { description: string; content: { 'application/json': { schema: T } } } {
  return { description, content: { 'application/json': { schema } } }
}

/** Error responses of every authenticated route. */
export const errors = {
  400: ok(ErrorBody, 'The request is not valid; the sentence says what to change.'),
  401: ok(ErrorBody, 'The token is missing or wrong.'),
  403: ok(ErrorBody, 'The address or the page that asks is not allowed.'),
  404: ok(ErrorBody, 'There is no such thing.'),
  409: ok(ErrorBody, 'The status does not allow it; the sentence says why.'),
  413: ok(ErrorBody, 'The body is too large.'),
  415: ok(ErrorBody, 'The content type is not one this route takes.'),
  500: ok(ErrorBody, 'A fault of the server.'),
}
