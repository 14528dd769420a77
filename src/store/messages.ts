import { clock } from '../lib/clock.ts'
import type { JobTrx, Reader, Trx } from './database/database.ts'

/** A person's message to an agent. Ids are time-ordered, and so are all results here. */
export interface Message {
  readonly id: string
  readonly text: string
}

export async function insertMessage(
  trx: JobTrx,
  message: Message & { readonly jobId: string; readonly agentId: string },
): Promise<void> {
  await trx
    .insertInto('messages')
    .values({
      id: message.id,
      job_id: message.jobId,
      agent_id: message.agentId,
      text: message.text,
      created_at: clock.now(),
    })
    .execute()
}

/** Returns the agent's name and its running session, if any; null when the job has no such agent. */
export async function readRecipient(
  trx: Trx,
  jobId: string,
  agentId: string,
): Promise<{ name: string; task_id: string | null; attempt_id: string | null } | null> {
  const row = await trx
    .selectFrom('agents as a')
    .leftJoin('attempts as x', (join) => join.onRef('x.agent_id', '=', 'a.id').on('x.status', '=', 'running'))
    .select(['a.name', 'x.task_id', 'x.id as attempt_id'])
    .where('a.job_id', '=', jobId)
    .where('a.id', '=', agentId)
    .orderBy('x.created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** Takes the pending messages of an agent and marks them as delivered with this attempt. */
export async function takeMessages(trx: JobTrx, agentId: string, attemptId: string): Promise<Message[]> {
  const rows = await trx
    .updateTable('messages')
    .set({ delivered_at: clock.now(), attempt_id: attemptId })
    .where('agent_id', '=', agentId)
    .where('delivered_at', 'is', null)
    .returning(['id', 'text'])
    .execute()
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/**
 * Returns the messages delivered with earlier attempts of the same kind at the same task, which a new session does not
 * know.
 */
export function earlierMessages(db: Reader, attemptId: string): Promise<Message[]> {
  return db
    .selectFrom('attempts as mine')
    .innerJoin('attempts as x', (join) =>
      join
        .onRef('x.task_id', '=', 'mine.task_id')
        .onRef('x.kind', '=', 'mine.kind')
        .onRef('x.id', '<>', 'mine.id'),
    )
    .innerJoin('messages as m', 'm.attempt_id', 'x.id')
    .select(['m.id', 'm.text'])
    .where('mine.id', '=', attemptId)
    .orderBy('m.id')
    .execute()
}
