import type { Wait } from '../../contract/words.ts'
import { toIso } from '../database/columns.ts'
import type { Reader } from '../database/database.ts'

/** An open request of a running agent to a person. */
export interface OpenRequest {
  readonly job_id: string
  readonly task_id: string
  readonly asked_at: number
  readonly wait: Wait
}

/** Returns the open permission requests and questions of jobs, the oldest first. */
export async function openRequests(db: Reader, jobIds: readonly string[]): Promise<OpenRequest[]> {
  const permissions = await db
    .selectFrom('permissions as p')
    .innerJoin('attempts as x', 'x.id', 'p.attempt_id')
    .innerJoin('agents as a', 'a.id', 'p.agent_id')
    .select(['p.job_id', 'p.task_id', 'p.asked_at', 'p.deadline', 'p.title as words', 'a.name'])
    .where('p.job_id', 'in', jobIds)
    .where('p.outcome', 'is', null)
    .where('x.status', '=', 'running')
    .orderBy('p.id')
    .execute()
  const questions = await db
    .selectFrom('questions as q')
    .innerJoin('attempts as x', 'x.id', 'q.attempt_id')
    .innerJoin('agents as a', 'a.id', 'q.agent_id')
    .select(['q.job_id', 'q.task_id', 'q.asked_at', 'q.deadline', 'q.question as words', 'a.name'])
    .where('q.job_id', 'in', jobIds)
    .where('q.outcome', 'is', null)
    .where('x.status', '=', 'running')
    .orderBy('q.id')
    .execute()
  const all = [
    ...permissions.map((row) => ({ ...row, kind: 'permission' as const })),
    ...questions.map((row) => ({ ...row, kind: 'answer' as const })),
  ]
  return all
    .toSorted((one, other) => one.asked_at - other.asked_at)
    .map(({ job_id, task_id, asked_at, deadline, words, name, kind }) => ({
      job_id,
      task_id,
      asked_at,
      wait: { for: kind, on: `${name} asks: ${words}`, since: toIso(asked_at), until: toIso(deadline) },
    }))
}
