import { z } from '@hono/zod-openapi'
import { EventView } from '../../contract/events/event.ts'
import {
  AgentList,
  AttemptList,
  AttemptView,
  BudgetView,
  CheckList,
  Progress,
  TaskList,
} from '../../contract/job.ts'
import { viewAttempt, viewBudget, viewChecks, viewProgress } from '../../engine/job/job-details.ts'
import { existingJob } from '../../engine/existing-job.ts'
import { listAttempts } from '../../store/attempts.ts'
import { listAgents, listTasks } from '../../store/views/team-views.ts'
import { ok } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { idOf, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints for the details of a job: its team, its tasks and attempts, its evidence, its cost. */
export function jobDetailEndpoints({ engine, viewJob }: ServerParts): Endpoint[] {
  return [
    detail('progress', 'How far a job is', Progress, async (id) => viewProgress(engine, await viewJob(id))),
    detail('agents', 'The team of a job', AgentList, async (id) => {
      await existingJob(engine, id)
      return { agents: await engine.db.read((reader) => listAgents(reader, id)) }
    }),
    detail('tasks', 'The tasks of a job', TaskList, async (id) => {
      await existingJob(engine, id)
      const tasks = await engine.db.read((reader) => listTasks(reader, id))
      return { total_tasks: tasks.length, tasks }
    }),
    detail('attempts', 'The attempts of a job', AttemptList, async (id) => {
      await existingJob(engine, id)
      return { attempts: await listAttempts(engine.db.reader, id) }
    }),
    detail('checks', 'The evidence of a job', CheckList, (id) => viewChecks(engine, id)),
    detail('budget', 'What a job may use and has used', BudgetView, (id) => viewBudget(engine, id)),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/attempts/{attemptId}',
      summary: 'One attempt with its transcript',
      params: { id: JobId, attemptId: idOf('attempt') },
      answers: { 200: ok(AttemptView.extend({ transcript: z.array(EventView) }), 'The attempt.') },
      handle: ({ params: { id, attemptId } }) => viewAttempt(engine, id, attemptId),
    }),
  ]
}

/** Declares what can be read of a job at `name`. */
function detail<T extends z.ZodType>(
  name: string,
  summary: string,
  schema: T,
  load: (id: string) => Promise<z.output<T>>,
): Endpoint {
  return endpoint({
    method: 'get',
    path: `/api/jobs/{id}/${name}`,
    summary,
    params: { id: JobId },
    answers: { 200: ok(schema, summary) },
    handle: ({ params: { id } }) => load(id),
  })
}
