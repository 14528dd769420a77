import { BudgetChange, CreatedJob, JobList, JobQuery, JobView, PriorityChange } from '../../contract/job.ts'
import { acceptJob } from '../../engine/job/accept-job.ts'
import { cancelJob, restartJob } from '../../engine/people/cancel-job.ts'
import { deleteJob } from '../../engine/people/delete-job.ts'
import { setBudget } from '../../engine/people/set-budget.ts'
import { setPriority } from '../../engine/people/set-priority.ts'
import { listJobs } from '../../store/views/job-views.ts'
import { accepted, gone, ok } from '../answers.ts'
import { jobBody } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { IdempotencyKey, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

const params = { id: JobId }

/** Endpoints of jobs: accept, list, read, change, end. */
export function jobEndpoints(server: ServerParts): Endpoint[] {
  return [create(server), ...reads(server), ...changes(server), ...ends(server)]
}

function create(server: ServerParts): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/jobs',
    summary: 'Accept a job',
    headers: { 'Idempotency-Key': IdempotencyKey.optional() },
    body: jobBody,
    answers: { 201: ok(CreatedJob, 'The job is stored and will run.') },
    async handle({ headers: { 'Idempotency-Key': idempotencyKey = null }, body }, c) {
      const job = await acceptJob(server, { ...body, idempotencyKey })
      c.header('Location', `/api/jobs/${job.id}`)
      return job
    },
  })
}

function reads({ engine, viewJob }: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs',
      summary: 'A page of jobs',
      query: JobQuery,
      answers: { 200: ok(JobList, 'The page.') },
      handle: ({ query }) => engine.db.read((reader) => listJobs(reader, query)),
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}',
      summary: 'One job',
      params,
      answers: { 200: ok(JobView, 'The job.') },
      handle: ({ params: { id } }) => viewJob(id),
    }),
  ]
}

function changes(server: ServerParts): Endpoint[] {
  const { engine } = server
  return [
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/budget',
      summary: 'Change the budget of a job; one that waits for it continues',
      params,
      body: BudgetChange,
      answers: accepted,
      handle: ({ params: { id }, body }) => jobAfter(server, id, setBudget(engine, id, body)),
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/priority',
      summary: 'Change the priority of a job; running work continues',
      params,
      body: PriorityChange,
      answers: accepted,
      handle: ({ params: { id }, body }) => jobAfter(server, id, setPriority(engine, id, body.priority)),
    }),
  ]
}

function ends(server: ServerParts): Endpoint[] {
  const { engine, backups } = server
  return [
    endpoint({
      method: 'delete',
      path: '/api/jobs/{id}',
      summary: 'Delete a job that has ended, with its repository, its result and its history',
      params,
      answers: gone,
      async handle({ params: { id } }) {
        backups.refuseWhileUnderway()
        await deleteJob(engine, id)
      },
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/cancel',
      summary: 'Cancel a job',
      params,
      answers: accepted,
      handle: ({ params: { id } }) => jobAfter(server, id, cancelJob(engine, id)),
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/restart',
      summary: 'Take up a failed or cancelled job where it stopped',
      params,
      answers: accepted,
      handle: ({ params: { id } }) => jobAfter(server, id, restartJob(engine, id)),
    }),
  ]
}
