import { Waiver } from '../../contract/finding.ts'
import { waiveFinding } from '../../engine/people/waive-finding.ts'
import { accepted } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { idOf, JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints of the findings that count against a job's proof. */
export function findingEndpoints(server: ServerParts): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/findings/{finding_id}/waive',
      summary: 'Waive a finding, with the reason',
      params: { id: JobId, finding_id: idOf('finding') },
      body: Waiver,
      answers: accepted,
      handle: ({ params: { id, finding_id }, body }) =>
        jobAfter(server, id, waiveFinding(server.engine, id, finding_id, body.reason)),
    }),
  ]
}
