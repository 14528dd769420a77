import { isDeepStrictEqual } from 'node:util'
import { z, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { errors, type Answers } from './answers.ts'
import { jsonBody, type BodyReader } from './bodies.ts'
import type { HttpLimits } from './http-limits.ts'
import { parseRequest, type RequestShape, type Sent } from './parse-request.ts'

/** An endpoint: its part of the API description, and how it responds. */
export interface Endpoint {
  readonly route: RouteConfig
  readonly respond: (c: Context, limits: HttpLimits) => Promise<Response>
}

interface Description extends Omit<RequestShape, 'body'> {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  readonly summary: string
  /** A schema means a JSON body. */
  readonly body?: z.ZodType | BodyReader<unknown>
  readonly answers: Answers
  /** The errors that are described, where they are not those of every route. */
  readonly errors?: Answers
  /** Whether it is described as open to everybody; require-credentials.ts decides. */
  readonly isPublic?: true
  /** The endpoint that responds instead when the client accepts an event stream. */
  readonly stream?: Endpoint
}

interface Declaration<Params, Headers, Query, Body, A extends Answers> extends Description {
  readonly params?: Fields<Params> & Description['params']
  readonly headers?: Fields<Headers> & Description['headers']
  readonly query?: z.ZodType<Query> & z.ZodObject
  readonly body?: z.ZodType<Body> | BodyReader<Body>
  readonly answers: A
  readonly handle: (sent: Sent<Params, Headers, Query, Body>, c: Context) => Result<A> | Promise<Result<A>>
}

type Fields<T> = { readonly [Name in keyof T]: z.ZodType<T[Name]> }

/** What a handler returns: the body of the one declared answer, or where there are several, one of them. */
type Result<A extends Answers> =
  IsUnion<keyof A> extends true
    ? { [Status in keyof A]: Reply<Status, BodyOf<A[Status]>> }[keyof A]
    : BodyOf<A[keyof A]>

interface Reply<Status, Body> {
  readonly status: Status
  readonly body: Body
}

/** A JSON answer is returned as a value, an answer of another media type as a `Response`. */
type BodyOf<A> = A extends { content: { 'application/json': { schema: infer Schema extends z.ZodType } } }
  ? z.output<Schema>
  : A extends { content: object }
    ? Response
    : void

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never

/**
 * Declares an endpoint once: its description, the parsing before its handler runs, and the return type of the handler.
 * `app.openapi()` of the library is not used, because it reads bodies without a limit, takes a body without a content type
 * as an empty object, and lets a handler return any response where an answer has no body.
 */
export function endpoint<Params, Headers, Query, Body, A extends Answers>(
  declaration: Declaration<Params, Headers, Query, Body, A>,
): Endpoint
export function endpoint(
  declaration: Description & { readonly handle: (sent: Sent, c: Context) => unknown },
): Endpoint {
  const { body, stream, answers, handle, ...described } = declaration
  const shape = {
    ...described,
    ...(body === undefined ? {} : { body: body instanceof z.ZodType ? jsonBody(body) : body }),
  }
  return {
    route: routeOf(declaration, shape),
    respond: async (c, limits) =>
      stream !== undefined && acceptsStream(c)
        ? stream.respond(c, limits)
        : answerOf(c, answers, await handle(await parseRequest(c, shape, limits), c)),
  }
}

/** Returns one of several declared answers. */
export function reply<Status extends number, Body>(status: Status, body: Body): Reply<Status, Body> {
  return { status, body }
}

/** Adds endpoints to an app and to its description. */
export function mount(app: OpenAPIHono, endpoints: readonly Endpoint[], limits: HttpLimits): void {
  for (const { route, respond } of endpoints) {
    app.openAPIRegistry.registerPath(route)
    const path = route.path.replace('{path}', '*').replaceAll(/\/[^/]*\{(\w+)\}[^/]*/g, '/:$1')
    app.on(route.method, path, (c) => respond(c, limits))
  }
}

function routeOf(
  { method, summary, answers, isPublic, errors: declared = errors }: Description,
  { path, params, headers, query, body }: RequestShape,
): RouteConfig {
  const named = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
  if (!isDeepStrictEqual(named, Object.keys(params ?? {})))
    throw new Error(`${path} names other parameters than its endpoint declares`)
  const request = {
    ...(params === undefined ? {} : { params: z.object(params) }),
    ...(headers === undefined ? {} : { headers: z.object(headers) }),
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body: { content: body.content } }),
  }
  return {
    method,
    path,
    summary,
    ...(isPublic === true ? { security: [] } : {}),
    ...(Object.keys(request).length > 0 ? { request } : {}),
    responses: { ...answers, ...declared },
  }
}

function acceptsStream(c: Context): boolean {
  return (c.req.header('accept') ?? '').includes('text/event-stream')
}

/** Builds the response to what a handler returned, whose type is `Result`. */
function answerOf(c: Context, answers: Answers, result: unknown): Response {
  if (result instanceof Response) return result
  const [only, ...others] = Object.keys(answers)
  const { status, body } =
    others.length > 0 && isReply(result) ? result : { status: Number(only), body: result }
  const isEmpty = answers[status]?.content === undefined
  return c.newResponse(
    isEmpty ? null : JSON.stringify(body),
    new Response(null, { status, headers: isEmpty ? {} : { 'Content-Type': 'application/json' } }),
  )
}

function isReply(result: unknown): result is Reply<number, unknown> {
  return typeof result === 'object' && result !== null && 'status' in result && 'body' in result
}
