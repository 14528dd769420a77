import type { OpenAPIHono } from '@hono/zod-openapi'
import { BackupRequest, BackupView } from '../../contract/backup.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { readJson } from '../read-body.ts'

/** Routes of the backup. */
export function backupRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/backup',
    summary: 'The backup that is under way, or the last one since the server started',
    responses: { 200: ok(BackupView, 'How far it is.'), ...errors },
  })
  app.get('/api/backup', (c) => c.json(deps.backup.view()))
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/backup',
    summary: 'Copy everything into a new directory on the machine of the server, while it works',
    request: { body: { content: { 'application/json': { schema: BackupRequest } } } },
    responses: { 202: ok(BackupView, 'Begun; GET /api/backup says how far it is.'), ...errors },
  })
  app.post('/api/backup', async (c) => {
    const request = BackupRequest.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!request.success) throw invalid(request.error, 'backup')
    return c.json(await deps.backup.begin(request.data), 202)
  })
}
