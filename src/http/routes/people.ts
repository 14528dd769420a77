import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { JobView } from '../../contract/job.ts'
import { NewMessage, TaskRetry } from '../../contract/person.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { idOf } from '../params.ts'
import { readJson, readOptionalJson } from '../read-body.ts'

const taskParams = idParams.extend({ task_id: z.string() })
const accepted = { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors }

/** Routes for a person's actions on a running job: message an agent, retry a task, cancel a task. */
export function peopleRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/message',
    summary: 'Write to an agent; it reads the message at its next turn',
    request: { params: idParams, body: { content: { 'application/json': { schema: NewMessage } } } },
    responses: accepted,
  })
  app.post('/api/jobs/:id/message', async (c) => {
    const id = idOf(c)
    const message = NewMessage.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!message.success) throw invalid(message.error, 'message')
    return c.json(await deps.people.message(id, message.data), 202)
  })

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/tasks/{task_id}/retry',
    summary: 'Start a failed, skipped or cancelled task over, with a note for its agent',
    request: { params: taskParams, body: { content: { 'application/json': { schema: TaskRetry } } } },
    responses: accepted,
  })
  app.post('/api/jobs/:id/tasks/:task_id/retry', async (c) => {
    const [id, taskId] = [idOf(c), idOf(c, 'task_id')]
    const retry = TaskRetry.safeParse(await readOptionalJson(c, deps.limits.bodyBytes))
    if (!retry.success) throw invalid(retry.error, 'retry')
    return c.json(await deps.people.retryTask(id, taskId, retry.data.note ?? null), 202)
  })

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/tasks/{task_id}/cancel',
    summary: 'Cancel one task; the job goes on with the rest',
    request: { params: taskParams },
    responses: accepted,
  })
  app.post('/api/jobs/:id/tasks/:task_id/cancel', async (c) =>
    c.json(await deps.people.cancelTask(idOf(c), idOf(c, 'task_id')), 202),
  )
}
