import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { JobView } from '../../contract/job.ts'
import { PlanApproval, PlanEdit, PlanRejection, PlanView } from '../../contract/plan.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { idOf } from '../params.ts'
import { readJson, readOptionalJson } from '../read-body.ts'

/** Routes of a job's plan and its approval by a person: get, edit, approve, reject. */
export function planRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  const path = '/api/jobs/{id}/plan'
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary: 'The plan of a job',
    request: { params: idParams },
    responses: { 200: ok(PlanView, 'The plan as it stands.'), ...errors },
  })
  app.get('/api/jobs/:id/plan', async (c) => c.json(await deps.plans.get(idOf(c))))

  app.openAPIRegistry.registerPath({
    method: 'put',
    path,
    summary: 'Edit a proposed plan',
    request: { params: idParams, body: { content: { 'application/json': { schema: PlanEdit } } } },
    responses: { 200: ok(PlanView, 'The plan as it is now.'), ...errors },
  })
  app.put('/api/jobs/:id/plan', async (c) => {
    const id = idOf(c)
    const body = await readJson(c, deps.limits.bodyBytes)
    const edit = PlanEdit.safeParse(body)
    if (!edit.success) throw invalid(namingTasks(edit.error, body), 'plan')
    return c.json(await deps.plans.edit(id, edit.data))
  })
  gate(app, deps)
}

function gate(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/approve',
    summary: 'Approve the proposed plan',
    request: { params: idParams, body: { content: { 'application/json': { schema: PlanApproval } } } },
    responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
  })
  app.post('/api/jobs/:id/approve', async (c) => {
    const id = idOf(c)
    const approval = PlanApproval.safeParse(await readOptionalJson(c, deps.limits.bodyBytes))
    if (!approval.success) throw invalid(approval.error, 'approval')
    return c.json(await deps.plans.approve(id, approval.data.version ?? null), 202)
  })

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/reject',
    summary: 'Send the proposed plan back with a note',
    request: { params: idParams, body: { content: { 'application/json': { schema: PlanRejection } } } },
    responses: { 202: ok(JobView, 'Accepted; the planner works again.'), ...errors },
  })
  app.post('/api/jobs/:id/reject', async (c) => {
    const id = idOf(c)
    const rejection = PlanRejection.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!rejection.success) throw invalid(rejection.error, 'rejection')
    return c.json(await deps.plans.reject(id, rejection.data.note), 202)
  })
}

/** A loose schema of an edit, used only to find a task's name for an error message. */
const Loose = z.object({ plan: z.object({ tasks: z.array(z.unknown()) }) })
const Keyed = z.object({ key: z.string() })

/** Adds the task's key to errors about its fields, because people do not see positions. */
function namingTasks(error: z.core.$ZodError, body: unknown): z.core.$ZodError {
  const tasks = Loose.safeParse(body).data?.plan.tasks ?? []
  return new z.core.$ZodRealError(
    error.issues.map((issue) => {
      const [plan, list, index] = issue.path
      if (plan !== 'plan' || list !== 'tasks' || typeof index !== 'number') return issue
      const key = Keyed.safeParse(tasks[index]).data?.key ?? `number ${index + 1}`
      return issue.message.includes(`"${key}"`)
        ? issue
        : { ...issue, message: `task "${key}": ${issue.message}` }
    }),
  )
}
