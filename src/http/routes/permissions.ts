import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { JobView } from '../../contract/job.ts'
import { PermissionAnswer, PermissionList } from '../../contract/permission.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { idOf } from '../params.ts'
import { readJson } from '../read-body.ts'

/** Routes of the permission requests of agents, and a person's answers. */
export function permissionRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/jobs/{id}/permissions',
    summary: 'What the agents of a job have asked, and what was answered',
    request: { params: idParams },
    responses: { 200: ok(PermissionList, 'The requests, oldest first.'), ...errors },
  })
  app.get('/api/jobs/:id/permissions', async (c) => c.json(await deps.permissions.list(idOf(c))))

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/permissions/{permission_id}',
    summary: 'Answer an agent that asks for permission',
    request: {
      params: idParams.extend({ permission_id: z.string() }),
      body: { content: { 'application/json': { schema: PermissionAnswer } } },
    },
    responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
  })
  app.post('/api/jobs/:id/permissions/:permission_id', async (c) => {
    const [id, permissionId] = [idOf(c), idOf(c, 'permission_id')]
    const answer = PermissionAnswer.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!answer.success) throw invalid(answer.error, 'answer')
    return c.json(await deps.permissions.answer(id, permissionId, answer.data), 202)
  })
}
