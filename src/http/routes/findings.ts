import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { Waiver } from '../../contract/finding.ts'
import { JobView } from '../../contract/job.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { idOf } from '../params.ts'
import { readJson } from '../read-body.ts'

/** Routes of the findings that count against a job's proof. */
export function findingRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/findings/{finding_id}/waive',
    summary: 'Waive a finding, with the reason',
    request: {
      params: idParams.extend({ finding_id: z.string() }),
      body: { content: { 'application/json': { schema: Waiver } } },
    },
    responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
  })
  app.post('/api/jobs/:id/findings/:finding_id/waive', async (c) => {
    const [id, findingId] = [idOf(c), idOf(c, 'finding_id')]
    const waiver = Waiver.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!waiver.success) throw invalid(waiver.error, 'waiver')
    return c.json(await deps.waive(id, findingId, waiver.data.reason), 202)
  })
}
