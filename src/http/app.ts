import { OpenAPIHono } from '@hono/zod-openapi'
import { AppError } from '../lib/app-error.ts'
import type { HttpDeps } from './deps.ts'
import { errorHandler, invalid } from './errors.ts'
import { guard } from './guard.ts'
import { documentRoutes } from './routes/documents.ts'
import { eventRoutes } from './routes/events.ts'
import { fileRoutes } from './routes/files.ts'
import { jobRoutes } from './routes/jobs.ts'
import { serverRoutes } from './routes/server.ts'

/** The whole HTTP surface, as a function of what it is given. Every route is described in `/api/openapi.json`. */
export function createApp(deps: HttpDeps): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error, 'request')
    },
  })
  app.onError(errorHandler(deps.log))
  app.notFound((c) =>
    c.json(
      {
        error: `There is nothing at ${c.req.method} ${c.req.path}: see /api/openapi.json.`,
        code: 'not_found',
      },
      404,
    ),
  )
  app.use('*', guard(deps))
  serverRoutes(app, deps)
  jobRoutes(app, deps)
  documentRoutes(app, deps)
  eventRoutes(app, deps)
  fileRoutes(app, deps)
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Slipway',
      version: deps.version,
      description: 'A self-hosted AI software team.',
      license: { name: 'Apache-2.0' },
    },
    security: [{ token: [] }],
  })
  app.all('*', () => {
    throw new AppError(404, 'not_found', 'There is nothing here: see /api/openapi.json.')
  })
  return app
}
