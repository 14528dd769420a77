import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { AppError } from '../lib/app-error.ts'

const ALL = 'ALL'

/** Handles requests without a route: 405 with `Allow` when the path exists under another method, else 404. */
export function unmatched(app: OpenAPIHono): (c: Context) => never {
  return (c) => {
    const allowed = methodsOf(app, c.req.path)
    if (allowed.length === 0) throw new AppError('not_found', 'There is nothing here: see /api/openapi.json.')
    c.header('Allow', allowed.join(', '))
    throw new AppError(
      'method_not_allowed',
      `${c.req.method} is not possible here, only ${allowed.join(', ')}: see /api/openapi.json.`,
    )
  }
}

function methodsOf(app: OpenAPIHono, path: string): string[] {
  const methods = app.routes
    .filter((route) => route.method !== ALL && matches(route.path, path))
    .map((route) => route.method)
  return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].toSorted()
}

/** Whether a path matches a pattern of the router: `:name` is one segment, a `*` at the end is everything below. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  const open = wanted.at(-1) === '*'
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every(
    (part, index) => part === '*' || (part.startsWith(':') ? given[index] !== '' : part === given[index]),
  )
}
