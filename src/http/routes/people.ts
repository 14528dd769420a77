import { NewMessage, TaskRetry } from '../../contract/person.ts'
import { sendMessage } from '../../engine/people/send-message.ts'
import { cancelTask, retryTask } from '../../engine/people/task-actions.ts'
import { accepted } from '../answers.ts'
import { optionalJsonBody } from '../bodies.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { idOf, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

const taskParams = { id: JobId, task_id: idOf('task') }

/** Endpoints of a person's actions on the agents and tasks of a running job. */
export function peopleEndpoints(server: ServerParts): Endpoint[] {
  const { engine } = server
  return [
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/message',
      summary: 'Write to an agent; it reads the message at its next turn',
      params: { id: JobId },
      body: NewMessage,
      answers: accepted,
      handle: ({ params: { id }, body }) => jobAfter(server, id, sendMessage(engine, id, body)),
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/tasks/{task_id}/retry',
      summary: 'Start a failed, skipped or cancelled task over, with a note for its agent',
      params: taskParams,
      body: optionalJsonBody(TaskRetry),
      answers: accepted,
      handle: ({ params: { id, task_id }, body }) =>
        jobAfter(server, id, retryTask(engine, id, task_id, body.note ?? null)),
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/tasks/{task_id}/cancel',
      summary: 'Cancel one task; the job continues with the rest',
      params: taskParams,
      answers: accepted,
      handle: ({ params: { id, task_id } }) => jobAfter(server, id, cancelTask(engine, id, task_id)),
    }),
  ]
}
