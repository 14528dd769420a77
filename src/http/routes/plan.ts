import { z } from '@hono/zod-openapi'
import { JobView } from '../../contract/job.ts'
import { PlanApproval, PlanEdit, PlanRejection, PlanView } from '../../contract/plan.ts'
import { approvePlan, editPlan, rejectPlan, viewPlan } from '../../engine/people/plan-gate.ts'
import { accepted, ok } from '../answers.ts'
import { jsonBody, optionalJsonBody } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

const params = { id: JobId }

/** Endpoints of a job's plan and its approval by a person. */
export function planEndpoints(server: ServerParts): Endpoint[] {
  return [...plan(server), ...gate(server)]
}

function plan({ engine }: ServerParts): Endpoint[] {
  const path = '/api/jobs/{id}/plan'
  return [
    endpoint({
      method: 'get',
      path,
      summary: 'The plan of a job',
      params,
      answers: { 200: ok(PlanView, 'The plan.') },
      handle: ({ params: { id } }) => viewPlan(engine, id),
    }),
    endpoint({
      method: 'put',
      path,
      summary: 'Edit a proposed plan',
      params,
      body: jsonBody(PlanEdit, { explain: namingTasks }),
      answers: { 200: ok(PlanView, 'The current plan.') },
      handle: ({ params: { id }, body }) => editPlan(engine, id, body),
    }),
  ]
}

function gate(server: ServerParts): Endpoint[] {
  const { engine } = server
  return [
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/approve',
      summary: 'Approve the proposed plan',
      params,
      body: optionalJsonBody(PlanApproval),
      answers: accepted,
      handle: ({ params: { id }, body }) =>
        jobAfter(server, id, approvePlan(engine, id, body.version ?? null)),
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/reject',
      summary: 'Send the proposed plan back with a note',
      params,
      body: PlanRejection,
      answers: { 202: ok(JobView, 'Accepted; the planner works again.') },
      handle: ({ params: { id }, body }) => jobAfter(server, id, rejectPlan(engine, id, body.note)),
    }),
  ]
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
