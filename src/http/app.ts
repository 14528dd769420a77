import { OpenAPIHono } from '@hono/zod-openapi'
import { answerHeaders } from './answer-headers.ts'
import { mount, type Endpoint } from './endpoint.ts'
import { errorHandler } from './errors.ts'
import { requireCredentials } from './access/require-credentials.ts'
import { backendEndpoints } from './routes/backends.ts'
import { backupEndpoints } from './routes/backup.ts'
import { documentEndpoints } from './routes/documents.ts'
import { eventEndpoints } from './routes/events.ts'
import { fileEndpoints } from './routes/files.ts'
import { findingEndpoints } from './routes/findings.ts'
import { gitEndpoints, refusePushes } from './routes/git.ts'
import { jobDetailEndpoints } from './routes/job-details.ts'
import { jobEndpoints } from './routes/jobs.ts'
import { peopleEndpoints } from './routes/people.ts'
import { permissionEndpoints } from './routes/permissions.ts'
import { planEndpoints } from './routes/plan.ts'
import { providerEndpoints } from './routes/providers.ts'
import { questionEndpoints } from './routes/questions.ts'
import { serverEndpoints } from './routes/server.ts'
import { sessionEndpoints } from './routes/session.ts'
import { storageEndpoints } from './routes/storage.ts'
import { uiRoutes } from './routes/ui.ts'
import type { ServerParts } from './server-parts.ts'
import { unmatched } from './unmatched.ts'

/** The endpoints of the API, a file for each resource. */
const resources: readonly ((server: ServerParts) => Endpoint[])[] = [
  sessionEndpoints,
  serverEndpoints,
  backupEndpoints,
  backendEndpoints,
  providerEndpoints,
  jobEndpoints,
  jobDetailEndpoints,
  planEndpoints,
  peopleEndpoints,
  findingEndpoints,
  permissionEndpoints,
  questionEndpoints,
  documentEndpoints,
  eventEndpoints,
  fileEndpoints,
  gitEndpoints,
  storageEndpoints,
]

/** Creates the HTTP app. Every endpoint is described in `/api/openapi.json`. */
export function createApp(server: ServerParts): OpenAPIHono {
  const app = new OpenAPIHono()
  app.onError(errorHandler(server.engine.log))
  app.use('*', answerHeaders)
  app.use('*', requireCredentials(server))
  uiRoutes(app, server)
  for (const endpointsOf of resources) mount(app, endpointsOf(server), server.limits)
  refusePushes(app)
  describe(app, server.version)
  app.all('*', unmatched(app))
  return app
}

/** Serves the description of all endpoints. */
function describe(app: OpenAPIHono, version: string): void {
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
      version,
      description: 'A self-hosted AI software team.',
      license: { name: 'Apache-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
  })
}
