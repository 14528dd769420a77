import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import {
  AgentList,
  AttemptList,
  AttemptView,
  BudgetChange,
  BudgetView,
  CheckList,
  CreatedJob,
  JobList,
  JobQuery,
  JobView,
  NewJob,
  PriorityChange,
  Progress,
  TaskList,
} from '../../contract/job.ts'
import { EventView } from '../../contract/event.ts'
import { AppError } from '../../lib/app-error.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { idOf, queryOf } from '../params.ts'
import { readForm, readJson } from '../read-body.ts'

const KEY_CHARS = 200

/** Routes of jobs: create, list, get, cancel, restart. */
export function jobRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs',
    summary: 'Accept a job',
    request: {
      body: {
        content: { 'application/json': { schema: NewJob }, 'multipart/form-data': { schema: NewJob } },
      },
      headers: z.object({ 'Idempotency-Key': z.string().max(KEY_CHARS).optional() }),
    },
    responses: { 201: ok(CreatedJob, 'The job is stored and will run.'), ...errors },
  })
  app.post('/api/jobs', async (c) => {
    const key = c.req.header('idempotency-key') ?? null
    if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key))
      throw new AppError('bad_idempotency_key', 'An Idempotency-Key has 1 to 200 visible ASCII characters.')
    const { fields, documents } = await readForm(c, deps.limits)
    const input = NewJob.safeParse(fields)
    if (!input.success) throw invalid(input.error, 'job')
    const { job, documents: stored } = await deps.jobs.create(input.data, documents, key)
    c.header('Location', `/api/jobs/${job.id}`)
    return c.json({ ...job, job_id: job.id, documents: stored }, 201)
  })

  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/jobs',
      summary: 'A page of jobs',
      request: { query: JobQuery.partial() },
      responses: { 200: ok(JobList, 'The page.'), ...errors },
    }),
    async (c) => c.json(await deps.jobs.list(queryOf(c, JobQuery)), 200),
  )
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/jobs/{id}',
      summary: 'One job',
      request: { params: idParams },
      responses: { 200: ok(JobView, 'The job.'), ...errors },
    }),
    async (c) => {
      const id = idOf(c)
      const job = await deps.jobs.get(id)
      if (job === null) throw new AppError('not_found', `There is no job ${id}.`)
      return c.json(job, 200)
    },
  )
  views(app, deps)
  acts(app, deps)
}

function views(app: OpenAPIHono, deps: HttpDeps): void {
  const view = <T extends z.ZodType<object>>(
    name: string,
    summary: string,
    schema: T,
    load: (id: string) => Promise<z.output<T>>,
  ): void => {
    app.openAPIRegistry.registerPath({
      method: 'get',
      path: `/api/jobs/{id}/${name}`,
      summary,
      request: { params: idParams },
      responses: { 200: ok(schema, summary), ...errors },
    })
    app.get(`/api/jobs/:id/${name}`, async (c) => c.json(await load(idOf(c))))
  }
  view('progress', 'How far a job is', Progress, deps.jobs.progress)
  view('agents', 'The team of a job', AgentList, deps.jobs.agents)
  view('tasks', 'The tasks of a job', TaskList, deps.jobs.tasks)
  view('attempts', 'The attempts of a job', AttemptList, deps.jobs.attempts)
  view('checks', 'The evidence of a job', CheckList, deps.jobs.checks)
  view('budget', 'What a job may use and has used', BudgetView, deps.jobs.budget)
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/jobs/{id}/attempts/{attemptId}',
    summary: 'One attempt with its transcript',
    request: { params: idParams.extend({ attemptId: z.string() }) },
    responses: { 200: ok(AttemptView.extend({ transcript: z.array(EventView) }), 'The attempt.'), ...errors },
  })
  app.get('/api/jobs/:id/attempts/:attemptId', async (c) =>
    c.json(await deps.jobs.attempt(idOf(c), idOf(c, 'attemptId'))),
  )
}

function acts(app: OpenAPIHono, deps: HttpDeps): void {
  const act = (name: string, summary: string, run: (id: string) => Promise<JobView>): void => {
    app.openAPIRegistry.registerPath({
      method: 'post',
      path: `/api/jobs/{id}/${name}`,
      summary,
      request: { params: idParams },
      responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
    })
    app.post(`/api/jobs/:id/${name}`, async (c) => c.json(await run(idOf(c)), 202))
  }
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/budget',
    summary: 'Raise or change what a job may use; one that waits for it goes on',
    request: { params: idParams, body: { content: { 'application/json': { schema: BudgetChange } } } },
    responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
  })
  app.post('/api/jobs/:id/budget', async (c) => {
    const id = idOf(c)
    const change = BudgetChange.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!change.success) throw invalid(change.error, 'budget')
    return c.json(await deps.jobs.setBudget(id, change.data), 202)
  })
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/priority',
    summary: 'Change the place of a job in the queue; work that has begun goes on',
    request: { params: idParams, body: { content: { 'application/json': { schema: PriorityChange } } } },
    responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
  })
  app.post('/api/jobs/:id/priority', async (c) => {
    const id = idOf(c)
    const change = PriorityChange.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!change.success) throw invalid(change.error, 'priority')
    return c.json(await deps.jobs.setPriority(id, change.data.priority), 202)
  })
  app.openAPIRegistry.registerPath({
    method: 'delete',
    path: '/api/jobs/{id}',
    summary: 'Delete a job that has ended, with its repository, its result and its history',
    request: { params: idParams },
    responses: { 204: { description: 'It is gone.' }, ...errors },
  })
  app.delete('/api/jobs/:id', async (c) => {
    await deps.jobs.delete(idOf(c))
    return c.body(null, 204)
  })
  act('cancel', 'Cancel a job', deps.jobs.cancel)
  act('restart', 'Take up a failed or cancelled job where it stopped', deps.jobs.restart)
}
