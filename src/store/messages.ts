import { sql } from 'kysely'
import type { JobTrx, Reader, Trx } from './database.ts'

/** A person's message to an agent. Ids are time-ordered, and so are all results here. */
export interface Message {
  readonly id: string
  readonly text: string
}

export async function insertMessage(
  trx: JobTrx,
  message: Message & { readonly jobId: string; readonly agentId: string },
): Promise<void> {
  await sql`
    insert into messages (id, job_id, agent_id, text, created_at)
    values (${message.id}, ${message.jobId}, ${message.agentId}, ${message.text}, ${new Date()})`.execute(trx)
}

/** Returns the agent's name and its running session, if any; null when the job has no such agent. */
export async function readRecipient(
  trx: Trx,
  jobId: string,
  agentId: string,
): Promise<{ name: string; task_id: string | null; attempt_id: string | null } | null> {
  const { rows } = await sql<{ name: string; task_id: string | null; attempt_id: string | null }>`
    select a.name, x.task_id, x.id as attempt_id from agents a
    left join attempts x on x.agent_id = a.id and x.status = 'running'
    where a.job_id = ${jobId} and a.id = ${agentId} order by x.created_at desc limit 1`.execute(trx)
  return rows[0] ?? null
}

/** Takes the pending messages of an agent and marks them as delivered with this attempt. */
export async function takeMessages(trx: JobTrx, agentId: string, attemptId: string): Promise<Message[]> {
  const { rows } = await sql<Message>`
    update messages set delivered_at = ${new Date()}, attempt_id = ${attemptId}
    where agent_id = ${agentId} and delivered_at is null returning id, text`.execute(trx)
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/**
 * Returns the messages delivered with earlier attempts of the same kind at the same task, which a new session does not
 * know.
 */
export async function earlierMessages(db: Reader, attemptId: string): Promise<Message[]> {
  const { rows } = await sql<Message>`
    select m.id, m.text from attempts mine join attempts x on x.task_id = mine.task_id and x.kind = mine.kind and x.id <> mine.id
    join messages m on m.attempt_id = x.id where mine.id = ${attemptId} order by m.id`.execute(db)
  return rows
}
