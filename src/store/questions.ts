import type { QuestionOutcome, QuestionView } from '../contract/question.ts'
import { clock } from '../lib/clock.ts'
import { fromJson, toIso, toJson, toMillis } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'
import { endOfRequest } from './views/end-of-request.ts'

/** A new question of an agent to a person. */
export interface NewQuestion extends Pick<
  QuestionView,
  'id' | 'task_id' | 'attempt_id' | 'question' | 'choices'
> {
  readonly jobId: string
  readonly agentId: string
  readonly deadline: Date
}

export async function insertQuestion(trx: JobTrx, request: NewQuestion): Promise<void> {
  await trx
    .insertInto('questions')
    .values({
      id: request.id,
      job_id: request.jobId,
      task_id: request.task_id,
      attempt_id: request.attempt_id,
      agent_id: request.agentId,
      question: request.question,
      choices: toJson(request.choices),
      asked_at: clock.now(),
      deadline: toMillis(request.deadline),
    })
    .execute()
}

export async function closeQuestion(
  trx: JobTrx,
  id: string,
  end: { readonly outcome: QuestionOutcome; readonly answer: string | null; readonly actor: string },
): Promise<void> {
  await trx
    .updateTable('questions')
    .set({ ...end, answered_at: clock.now() })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .execute()
}

function select(db: Reader) {
  return db
    .selectFrom('questions as q')
    .innerJoin('agents as a', 'a.id', 'q.agent_id')
    .innerJoin('attempts as x', 'x.id', 'q.attempt_id')
    .select(['q.id', 'q.task_id', 'q.attempt_id', 'q.agent_id', 'a.name as agent', 'q.question', 'q.choices'])
    .select(['q.asked_at', 'q.deadline', 'q.outcome', 'q.answer', 'q.actor', 'q.answered_at'])
    .select(['x.status as attempt_status', 'x.ended_at as attempt_ended_at'])
    .orderBy('q.id')
}

/** Returns the questions of a job's agents, in the order in which they were asked. */
export async function listQuestions(db: Reader, jobId: string): Promise<QuestionView[]> {
  return (await select(db).where('q.job_id', '=', jobId).execute()).map(toView)
}

/** Returns the open questions of an attempt, in the order in which they were asked. */
export async function openQuestions(db: Reader, attemptId: string): Promise<QuestionView[]> {
  const rows = await select(db).where('q.attempt_id', '=', attemptId).where('q.outcome', 'is', null).execute()
  return rows.map(toView)
}

/** Returns a question of a job and its agent; null when there is none. */
export async function readQuestion(
  db: Reader,
  jobId: string,
  id: string,
): Promise<{ ask: QuestionView; agentId: string } | null> {
  const row = await select(db).where('q.job_id', '=', jobId).where('q.id', '=', id).executeTakeFirst()
  return row === undefined ? null : { ask: toView(row), agentId: row.agent_id }
}

type QuestionRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

function toView(row: QuestionRow): QuestionView {
  const { outcome, answered_at } = endOfRequest(row)
  return {
    id: row.id,
    task_id: row.task_id,
    attempt_id: row.attempt_id,
    agent: row.agent,
    question: row.question,
    answer: row.answer,
    actor: row.actor,
    choices: fromJson(row.choices),
    asked_at: toIso(row.asked_at),
    deadline: toIso(row.deadline),
    outcome,
    answered_at: toIso(answered_at),
  }
}
