import { sql } from 'kysely'
import { personWaits } from '../contract/words.ts'
import type { JobTrx } from './database.ts'

/**
 * Records whether a job waits for a person now, and sums up how long it has waited. Must be called, under the job's lock,
 * in every transaction that asks a person something or closes such a request.
 */
export async function notePersonWait(trx: JobTrx, jobId: string): Promise<void> {
  const now = new Date()
  const asked = (table: 'permissions' | 'questions') => sql`
    (select min(p.asked_at) from ${sql.table(table)} p join attempts x on x.id = p.attempt_id
      where p.job_id = ${jobId} and p.outcome is null and x.status = 'running')`
  await sql`
    update jobs j set
      person_ms = person_ms + case when n.since is null then extract(epoch from ${now}::timestamptz - j.person_since) * 1000 else 0 end,
      person_since = n.since
    from (
      select id, least(
        case when status = 'waiting' and wait ->> 'for' in (${sql.join([...personWaits])}) then (wait ->> 'since')::timestamptz end,
        ${asked('permissions')}, ${asked('questions')}) as since
      from jobs where id = ${jobId}) n
    where j.id = n.id and (j.person_since is null) <> (n.since is null)`.execute(trx)
}
