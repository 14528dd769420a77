import { sql } from 'kysely'
import type { QuestionOutcome, QuestionView } from '../contract/question.ts'
import { isoTime, isoTimeOrNull } from '../lib/clock.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'

/** A new question of an agent to a person. */
export interface NewQuestion extends Pick<
  QuestionView,
  'id' | 'task_id' | 'attempt_id' | 'question' | 'choices'
> {
  readonly jobId: string
  readonly agentId: string
  readonly deadline: Date
}

export async function insertQuestion(trx: JobTrx, asked: NewQuestion): Promise<void> {
  await sql`
    insert into questions (id, job_id, task_id, attempt_id, agent_id, question, choices, asked_at, deadline)
    values (${asked.id}, ${asked.jobId}, ${asked.task_id}, ${asked.attempt_id}, ${asked.agentId}, ${asked.question},
      ${jsonb(asked.choices)}, ${new Date()}, ${asked.deadline})`.execute(trx)
}

export async function closeQuestion(
  trx: JobTrx,
  id: string,
  end: { readonly outcome: QuestionOutcome; readonly answer: string | null; readonly actor: string },
): Promise<void> {
  await sql`
    update questions set outcome = ${end.outcome}, answer = ${end.answer}, actor = ${end.actor}, answered_at = ${new Date()}
    where id = ${id} and outcome is null`.execute(trx)
}

interface QuestionRow extends Omit<QuestionView, 'asked_at' | 'deadline' | 'answered_at'> {
  agent_id: string
  asked_at: Date
  deadline: Date
  answered_at: Date | null
}

const columns = sql`
  q.id, q.task_id, q.attempt_id, q.agent_id, a.name as agent, q.question, q.choices, q.asked_at, q.deadline,
  coalesce(q.outcome, case when x.status = 'running' then null else 'withdrawn' end) as outcome, q.answer, q.actor,
  coalesce(q.answered_at, case when x.status = 'running' then null else x.ended_at end) as answered_at`
const tables = sql`questions q join agents a on a.id = q.agent_id join attempts x on x.id = q.attempt_id`

/** Returns the questions of a job's agents, in the order in which they were asked. */
export async function listQuestions(db: Reader, jobId: string): Promise<QuestionView[]> {
  const { rows } = await sql<QuestionRow>`
    select ${columns} from ${tables} where q.job_id = ${jobId} order by q.id`.execute(db)
  return rows.map(toView)
}

/** Returns the open questions of an attempt, in the order in which they were asked. */
export async function openQuestions(db: Reader, attemptId: string): Promise<QuestionView[]> {
  const { rows } = await sql<QuestionRow>`
    select ${columns} from ${tables} where q.attempt_id = ${attemptId} and q.outcome is null order by q.id`.execute(
    db,
  )
  return rows.map(toView)
}

/** Returns a question of a job and its agent; null when there is none. */
export async function readQuestion(
  db: Reader,
  jobId: string,
  id: string,
): Promise<{ question: QuestionView; agentId: string } | null> {
  const { rows } = await sql<QuestionRow>`
    select ${columns} from ${tables} where q.job_id = ${jobId} and q.id = ${id}`.execute(db)
  const [row] = rows
  return row === undefined ? null : { question: toView(row), agentId: row.agent_id }
}

function toView(row: QuestionRow): QuestionView {
  return {
    id: row.id,
    task_id: row.task_id,
    attempt_id: row.attempt_id,
    agent: row.agent,
    question: row.question,
    choices: row.choices,
    outcome: row.outcome,
    answer: row.answer,
    actor: row.actor,
    asked_at: isoTime(row.asked_at),
    deadline: isoTime(row.deadline),
    answered_at: isoTimeOrNull(row.answered_at),
  }
}
