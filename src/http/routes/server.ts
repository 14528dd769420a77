import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { Settings } from '../../contract/backend.ts'
import { CanaryView, Health, Stats, WorkerList } from '../../contract/server.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { readJson } from '../read-body.ts'

/** Routes of the server itself: health, settings, statistics. */
export function serverRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  const get = (path: string, summary: string, schema: z.ZodType): void =>
    app.openAPIRegistry.registerPath({
      method: 'get',
      path,
      summary,
      responses: {
        200: ok(schema, summary),
        ...(path.startsWith('/health')
          ? { 503: ok(Health, 'Not ready; the failing check says why.') }
          : errors),
      },
    })
  get('/health', 'Readiness', Health)
  get('/health/live', 'Whether the process answers', Health)
  get('/health/ready', 'Whether work that is accepted runs', Health)
  get('/api/health/canary', 'The last canary: a small job with which the server proves itself', CanaryView)
  get('/api/workers', 'The processes that do the work, and what each of them holds', WorkerList)
  get('/api/stats', 'Figures of this server', Stats)
  get('/api/settings', 'The settings', Settings)

  for (const path of ['/health', '/health/ready']) {
    app.get(path, async (c) => {
      const health = await deps.health.ready()
      return c.json(health, health.status === 'ok' ? 200 : 503)
    })
  }
  app.get('/health/live', (c) => c.json(deps.health.live()))
  app.get('/api/health/canary', async (c) => c.json(await deps.health.canary()))
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/health/canary',
    summary: 'Carry a small job through the real path, and answer with how it ended',
    responses: { 200: ok(CanaryView, 'How it ended, good or bad.'), ...errors },
  })
  app.post('/api/health/canary', async (c) => c.json(await deps.health.runCanary()))
  app.get('/api/workers', async (c) => c.json({ workers: await deps.workers() }))
  app.get('/api/stats', async (c) => c.json(await deps.stats()))
  app.get('/api/settings', async (c) => c.json(await deps.settings.get()))
  app.openAPIRegistry.registerPath({
    method: 'put',
    path: '/api/settings',
    summary: 'Change the settings',
    request: { body: { content: { 'application/json': { schema: Settings } } } },
    responses: { 200: ok(Settings, 'The settings now.'), ...errors },
  })
  app.put('/api/settings', async (c) => {
    const settings = Settings.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!settings.success) throw invalid(settings.error, 'settings')
    return c.json(await deps.settings.put(settings.data))
  })
}
