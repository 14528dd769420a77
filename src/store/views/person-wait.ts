import { personWaits } from '../../contract/words.ts'
import { clock } from '../../lib/clock.ts'
import { fromJsonOrNull } from '../database/columns.ts'
import type { JobTrx } from '../database/database.ts'
import { openRequests } from './requests.ts'

/**
 * Records whether a job waits for a person now, and sums up how long it has waited. Must be called, under the job's lock,
 * in every transaction that asks a person something or closes such a request.
 */
export async function notePersonWait(trx: JobTrx, jobId: string): Promise<void> {
  const job = await trx
    .selectFrom('jobs')
    .select(['status', 'wait', 'person_since', 'person_ms'])
    .where('id', '=', jobId)
    .executeTakeFirst()
  if (job === undefined) return
  const wait = job.status === 'waiting' ? fromJsonOrNull(job.wait) : null
  const waits = [
    ...(wait !== null && personWaits.has(wait.for) ? [Date.parse(wait.since)] : []),
    ...(await openRequests(trx, [jobId])).map(({ asked_at }) => asked_at),
  ]
  const since = waits.length === 0 ? null : Math.min(...waits)
  if ((job.person_since === null) === (since === null)) return
  const waited = since === null && job.person_since !== null ? clock.now() - job.person_since : 0
  await trx
    .updateTable('jobs')
    .set({ person_since: since, person_ms: job.person_ms + waited })
    .where('id', '=', jobId)
    .execute()
}
