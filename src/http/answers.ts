import { z, type RouteConfig } from '@hono/zod-openapi'
import { JobView } from '../contract/job.ts'
import { ErrorBody } from '../contract/server.ts'

/** An answer as OpenAPI describes it: a sentence, and the schema of its body by media type, if it has one. */
export type Answer = Exclude<RouteConfig['responses'][string], { $ref: string }>
/** The answers of an endpoint by their status. */
export type Answers = Readonly<Record<number, Answer>>

/** Declares an answer in JSON. */
export function ok<T extends z.ZodType>(
  schema: T,
  description: string,
): { description: string; content: { 'application/json': { schema: T } } } {
  return { description, content: { 'application/json': { schema } } }
}

/** Declares an answer of another media type, for which a handler returns a `Response`. */
export function raw(
  type: string,
  description: string,
  schema: z.ZodType = z.string(),
): { description: string; content: Record<string, { schema: z.ZodType }> } {
  return { description, content: { [type]: { schema } } }
}

/** A person's action was accepted. */
export const accepted = { 202: ok(JobView, 'Accepted; the current job.') }
/** Something was deleted. */
export const gone = { 204: { description: 'It is gone.' } }

/** The errors of every route. */
export const errors = {
  400: ok(ErrorBody, 'The request is invalid; the sentence explains what to change.'),
  401: ok(ErrorBody, 'The token is missing or wrong.'),
  403: ok(ErrorBody, 'The address or the page that asks is not allowed.'),
  404: ok(ErrorBody, 'There is no such thing.'),
  409: ok(ErrorBody, 'The status does not allow it; the sentence gives the reason.'),
  413: ok(ErrorBody, 'The body is too large.'),
  415: ok(ErrorBody, 'The content type is not one this route takes.'),
  500: ok(ErrorBody, 'A fault of the server.'),
}
