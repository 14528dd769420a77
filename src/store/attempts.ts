import { sql } from 'kysely'
import type { AttemptView } from '../contract/job.ts'
import type { AttemptStatus, Role } from '../contract/words.ts'
import type { AttemptOutcome, Feedback } from '../domain/model.ts'
import { isoTime, isoTimeOrNull } from '../lib/clock.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'

export interface NewAttempt {
  readonly id: string
  readonly jobId: string
  readonly taskId: string
  readonly epoch: number
  readonly number: number
  readonly kind: 'work' | 'review'
  readonly subjectId: string | null
  readonly agentId: string
  readonly backend: string
  readonly feedback: readonly Feedback[]
}

export async function insertAttempt(trx: JobTrx, attempt: NewAttempt): Promise<void> {
  await sql`
    insert into attempts (id, job_id, task_id, epoch, number, kind, subject_id, agent_id, backend, status, feedback, created_at)
    values (${attempt.id}, ${attempt.jobId}, ${attempt.taskId}, ${attempt.epoch}, ${attempt.number}, ${attempt.kind}, ${attempt.subjectId},
      ${attempt.agentId}, ${attempt.backend}, 'queued', ${jsonb(attempt.feedback)}, ${new Date()})`.execute(
    trx,
  )
}

export interface AttemptChange {
  readonly status?: AttemptStatus
  readonly base_commit?: string
  readonly head_commit?: string
  readonly changed?: boolean
  readonly outcome?: AttemptOutcome
  readonly stop_reason?: string
  readonly error?: string
  readonly walls?: string
  readonly provider?: string | null
  readonly model?: string | null
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly unpriced_tokens?: number
  readonly cost_usd?: number
  readonly started_at?: Date
  readonly ended_at?: Date
}

export async function updateAttempt(trx: JobTrx, id: string, change: AttemptChange): Promise<void> {
  const sets = Object.entries(change).map(
    ([column, value]: [string, unknown]) =>
      sql`${sql.ref(column)} = ${column === 'outcome' ? jsonb(value) : value}`,
  )
  if (sets.length > 0) await sql`update attempts set ${sql.join(sets)} where id = ${id}`.execute(trx)
}

interface AttemptRow {
  id: string
  task_id: string
  number: number
  kind: 'work' | 'review'
  role: Role
  agent: string
  backend: string
  status: AttemptStatus
  stop_reason: string | null
  error: string | null
  base_commit: string | null
  head_commit: string | null
  walls: string | null
  input_tokens: number
  output_tokens: number
  cached_tokens: number
  cost_usd: number | null
  unpriced_tokens: number
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
}

/** Returns the attempts of a job in the order in which they were created. */
export async function listAttempts(db: Reader, jobId: string): Promise<AttemptView[]> {
  const { rows } = await sql<AttemptRow>`
    select x.id, x.task_id, x.number, x.kind, a.role, a.name as agent, x.backend, x.status, x.stop_reason, x.error, x.base_commit,
      x.head_commit, x.walls, x.input_tokens, x.output_tokens, x.cached_tokens, x.cost_usd, x.unpriced_tokens, x.created_at, x.started_at, x.ended_at
    from attempts x join agents a on a.id = x.agent_id where x.job_id = ${jobId} order by x.created_at, x.id`.execute(
    db,
  )
  return rows.map(({ input_tokens, output_tokens, cached_tokens, cost_usd, unpriced_tokens, ...row }) => ({
    ...row,
    usage: { input_tokens, output_tokens, cached_tokens, cost_usd, unpriced_tokens },
    created_at: isoTime(row.created_at),
    started_at: isoTimeOrNull(row.started_at),
    ended_at: isoTimeOrNull(row.ended_at),
  }))
}

/** The data that a runner needs of its attempt before it starts. */
export interface AttemptTask {
  id: string
  task_id: string
  number: number
  kind: 'work' | 'review'
  subject_id: string | null
  subject_commit: string | null
  agent_id: string
  agent: string
  role: Role
  backend: string
  feedback: Feedback[]
}

export async function readAttempt(db: Reader, id: string): Promise<AttemptTask | null> {
  const { rows } = await sql<AttemptTask>`
    select x.id, x.task_id, x.number, x.kind, x.subject_id, s.head_commit as subject_commit, x.agent_id, a.name as agent, a.role,
      x.backend, x.feedback
    from attempts x join agents a on a.id = x.agent_id left join attempts s on s.id = x.subject_id where x.id = ${id}`.execute(
    db,
  )
  return rows[0] ?? null
}

/**
 * Returns the commits of the last attempt at a task that left a checkpoint, where a new attempt continues after an
 * interruption; null when there is none. A task that a person has started over begins on the newest main again.
 */
export async function lastCheckpoint(
  db: Reader,
  taskId: string,
  epoch: number,
): Promise<{ head_commit: string; base_commit: string } | null> {
  const { rows } = await sql<{ head_commit: string; base_commit: string }>`
    select x.head_commit, x.base_commit from attempts x join tasks t on t.id = x.task_id
    where x.task_id = ${taskId} and x.kind = 'work' and x.epoch = ${epoch} and x.number >= t.tries_from
      and x.head_commit is not null and x.base_commit is not null
    order by x.number desc limit 1`.execute(db)
  return rows[0] ?? null
}

/** Returns the id of the previous attempt at the same task and of the same kind when it failed or was lost; otherwise null. */
export async function brokenAttemptBefore(db: Reader, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string; status: AttemptStatus }>`
    select x.id, x.status from attempts mine
    join attempts x on x.task_id = mine.task_id and x.kind = mine.kind and x.epoch = mine.epoch and x.number < mine.number
    where mine.id = ${id} order by x.number desc limit 1`.execute(db)
  const [before] = rows
  return before?.status === 'failed' || before?.status === 'lost' ? before.id : null
}

/** Returns the commit that an attempt left; null when it left none. */
export async function attemptCommit(db: Reader, id: string | null): Promise<string | null> {
  const { rows } = await sql<{
    head_commit: string | null
  }>`select head_commit from attempts where id = ${id}`.execute(db)
  return rows[0]?.head_commit ?? null
}

/** Returns the commit at which a job began: its source's, or an empty one. Null before its first attempt has begun. */
export async function firstBase(db: Reader, jobId: string): Promise<string | null> {
  const { rows } = await sql<{ base_commit: string }>`
    select base_commit from attempts where job_id = ${jobId} and base_commit is not null
    order by created_at, id limit 1`.execute(db)
  return rows[0]?.base_commit ?? null
}

/** Returns the checks that the newest succeeded attempt of a solo job named for its own work. */
export async function leftChecks(db: Reader, jobId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ checks: string[] | null }>`
    select outcome -> 'checks' as checks from attempts
    where job_id = ${jobId} and status = 'succeeded' and outcome -> 'checks' is not null order by created_at desc limit 1`.execute(
    db,
  )
  return rows[0]?.checks ?? []
}

/** Returns the base commit, source, branch and agent of an interrupted attempt; null when it had no workspace yet. */
export async function readInterrupted(
  db: Reader,
  id: string,
): Promise<{ base_commit: string; source: string | null; branch: string; agent: string } | null> {
  const { rows } = await sql<{ base_commit: string; source: string | null; branch: string; agent: string }>`
    select x.base_commit, j.source, j.branch, a.name as agent from attempts x join jobs j on j.id = x.job_id join agents a on a.id = x.agent_id
    where x.id = ${id} and x.base_commit is not null`.execute(db)
  return rows[0] ?? null
}

/** Returns the attempts at a task since it was last started over: whatever of them is on main is the task's work. */
export async function attemptsOfRound(db: Reader, taskId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select x.id from attempts x join tasks t on t.id = x.task_id
    where x.task_id = ${taskId} and x.kind = 'work' and x.number >= t.tries_from`.execute(db)
  return rows.map((row) => row.id)
}

/** Whether an attempt at a task of the job has ever begun in its repository. */
export async function hasWork(db: Reader, jobId: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from attempts where job_id = ${jobId} and base_commit is not null limit 1`.execute(db)
  return rows.length > 0
}
