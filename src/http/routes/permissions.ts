import { PermissionAnswer, PermissionList } from '../../contract/permission.ts'
import { existingJob } from '../../engine/existing-job.ts'
import { answerPermission } from '../../engine/people/answer-permission.ts'
import { listPermissions } from '../../store/permissions.ts'
import { accepted, ok } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { idOf, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints of the permission requests of agents, and a person's answers. */
export function permissionEndpoints(server: ServerParts): Endpoint[] {
  const { engine } = server
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/permissions',
      summary: 'What the agents of a job have asked, and what was answered',
      params: { id: JobId },
      answers: { 200: ok(PermissionList, 'The requests, oldest first.') },
      async handle({ params: { id } }) {
        await existingJob(engine, id)
        return { permissions: await listPermissions(engine.db.reader, id) }
      },
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/permissions/{permission_id}',
      summary: 'Answer an agent that asks for permission',
      params: { id: JobId, permission_id: idOf('permission') },
      body: PermissionAnswer,
      answers: accepted,
      handle: ({ params: { id, permission_id }, body }) =>
        jobAfter(server, id, answerPermission(engine, id, permission_id, body)),
    }),
  ]
}
