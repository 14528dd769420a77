import type { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { AppError } from '../lib/app-error.ts'
import { isUiPath } from './ui-paths.ts'

/**
 * Rejects a query on a route whose description has none, naming its first field, because silently ignored parameters hide
 * mistakes. Routes with a query parse it themselves; paths without a description are not checked. Descriptions are read at
 * the first request, when all routes are registered.
 */
export function describedQuery(app: OpenAPIHono): MiddlewareHandler {
  let closed: readonly RegExp[] | null = null
  return async (c, next) => {
    const [field] = new URL(c.req.url).searchParams.keys()
    // A page's query belongs to its router, and a log-in link uses it.
    const isPage = isUiPath(c.req.path) && (c.req.header('accept') ?? '').includes('text/html')
    if (field !== undefined && !isPage) {
      closed ??= routesWithoutQuery(app)
      const line = `${c.req.method.toLowerCase()} ${c.req.path}`
      if (closed.some((route) => route.test(line)))
        throw new AppError(
          'invalid_request',
          `unknown field "${field.slice(0, 100)}": this route takes no query`,
          {
            issues: [{ path: '', message: `unknown field "${field.slice(0, 100)}"` }],
          },
        )
    }
    await next()
  }
}

function routesWithoutQuery(app: OpenAPIHono): RegExp[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route' || definition.route.request?.query !== undefined) return []
    const { method, path } = definition.route
    const pattern = path
      .replaceAll('.', String.raw`\.`)
      .replace('{path}', '.+')
      .replaceAll(/\{\w+\}/g, '[^/]+')
    return [new RegExp(`^${method} ${pattern}$`)]
  })
}
