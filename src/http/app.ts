import { OpenAPIHono } from '@hono/zod-openapi'
import { answerHeaders } from './answer-headers.ts'
import type { HttpDeps } from './deps.ts'
import { describedQuery } from './described-query.ts'
import { errorHandler, invalid } from './errors.ts'
import { requireCredentials } from './require-credentials.ts'
import { backendRoutes } from './routes/backends.ts'
import { documentRoutes } from './routes/documents.ts'
import { eventRoutes } from './routes/events.ts'
import { fileRoutes } from './routes/files.ts'
import { gitRoutes } from './routes/git.ts'
import { jobRoutes } from './routes/jobs.ts'
import { peopleRoutes } from './routes/people.ts'
import { findingRoutes } from './routes/findings.ts'
import { permissionRoutes } from './routes/permissions.ts'
import { questionRoutes } from './routes/questions.ts'
import { planRoutes } from './routes/plan.ts'
import { providerRoutes } from './routes/providers.ts'
import { backupRoutes } from './routes/backup.ts'
import { serverRoutes } from './routes/server.ts'
import { sessionRoutes } from './routes/session.ts'
import { uiRoutes } from './routes/ui.ts'
import { unmatched } from './unmatched.ts'

/** Creates the HTTP app from its dependencies. Every route is described in `/api/openapi.json`. */
export function createApp(deps: HttpDeps): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error, 'request')
    },
  })
  app.onError(errorHandler(deps.log))
  app.use('*', answerHeaders)
  app.use('*', requireCredentials(deps))
  app.use('*', describedQuery(app))
  uiRoutes(app, deps)
  sessionRoutes(app, deps)
  serverRoutes(app, deps)
  backupRoutes(app, deps)
  backendRoutes(app, deps)
  providerRoutes(app, deps)
  jobRoutes(app, deps)
  planRoutes(app, deps)
  peopleRoutes(app, deps)
  findingRoutes(app, deps)
  permissionRoutes(app, deps)
  questionRoutes(app, deps)
  documentRoutes(app, deps)
  eventRoutes(app, deps)
  fileRoutes(app, deps)
  gitRoutes(app, deps)
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'slipway_session',
  })
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Slipway',
      version: deps.version,
      description: 'A self-hosted AI software team.',
      license: { name: 'Apache-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
  })
  app.all('*', unmatched(app))
  return app
}
