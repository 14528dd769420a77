import type { AttemptView } from '../contract/job.ts'
import type { AttemptStatus, Role } from '../contract/words.ts'
import type { Attempt, AttemptOutcome, Feedback } from '../domain/model.ts'
import { clock } from '../lib/clock.ts'
import { fromJson, fromJsonOrNull, toFlag, toIso, toJson, toMillis } from './database/columns.ts'
import type { JobTrx, Reader, Trx } from './database/database.ts'

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
  await trx
    .insertInto('attempts')
    .values({
      id: attempt.id,
      job_id: attempt.jobId,
      task_id: attempt.taskId,
      epoch: attempt.epoch,
      number: attempt.number,
      kind: attempt.kind,
      subject_id: attempt.subjectId,
      agent_id: attempt.agentId,
      backend: attempt.backend,
      status: 'queued',
      feedback: toJson([...attempt.feedback]),
      created_at: clock.now(),
    })
    .execute()
}

/** Returns how many attempts at a task, or reviews of them, there have been. */
export async function countAttempts(trx: Trx, taskId: string, kind: Attempt['kind']): Promise<number> {
  const { attempts } = await trx
    .selectFrom('attempts')
    .select((row) => row.fn.countAll<number>().as('attempts'))
    .where('task_id', '=', taskId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow()
  return attempts
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
  const { changed, outcome, started_at, ended_at, ...plain } = change
  const columns = {
    ...plain,
    ...(changed === undefined ? {} : { changed: toFlag(changed) }),
    ...(outcome === undefined ? {} : { outcome: toJson(outcome) }),
    ...(started_at === undefined ? {} : { started_at: toMillis(started_at) }),
    ...(ended_at === undefined ? {} : { ended_at: toMillis(ended_at) }),
  }
  if (Object.keys(columns).length > 0)
    await trx.updateTable('attempts').set(columns).where('id', '=', id).execute()
}

/** Returns the attempts of a job in the order in which they were created. */
export async function listAttempts(db: Reader, jobId: string): Promise<AttemptView[]> {
  const rows = await db
    .selectFrom('attempts as x')
    .innerJoin('agents as a', 'a.id', 'x.agent_id')
    .select(['x.id', 'x.task_id', 'x.number', 'x.kind', 'a.role', 'a.name as agent', 'x.backend', 'x.status'])
    .select(['x.stop_reason', 'x.error', 'x.base_commit', 'x.head_commit', 'x.walls'])
    .select(['x.input_tokens', 'x.output_tokens', 'x.cached_tokens', 'x.cost_usd', 'x.unpriced_tokens'])
    .select(['x.created_at', 'x.started_at', 'x.ended_at'])
    .where('x.job_id', '=', jobId)
    .orderBy('x.created_at')
    .orderBy('x.id')
    .execute()
  return rows.map(({ input_tokens, output_tokens, cached_tokens, cost_usd, unpriced_tokens, ...row }) => ({
    ...row,
    usage: { input_tokens, output_tokens, cached_tokens, cost_usd, unpriced_tokens },
    created_at: toIso(row.created_at),
    started_at: toIso(row.started_at),
    ended_at: toIso(row.ended_at),
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
  const row = await db
    .selectFrom('attempts as x')
    .innerJoin('agents as a', 'a.id', 'x.agent_id')
    .leftJoin('attempts as s', 's.id', 'x.subject_id')
    .select(['x.id', 'x.task_id', 'x.number', 'x.kind', 'x.subject_id', 's.head_commit as subject_commit'])
    .select(['x.agent_id', 'a.name as agent', 'a.role', 'x.backend', 'x.feedback'])
    .where('x.id', '=', id)
    .executeTakeFirst()
  return row === undefined ? null : { ...row, feedback: fromJson(row.feedback) }
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
  const row = await db
    .selectFrom('attempts as x')
    .innerJoin('tasks as t', 't.id', 'x.task_id')
    .select(['x.head_commit', 'x.base_commit'])
    .where('x.task_id', '=', taskId)
    .where('x.kind', '=', 'work')
    .where('x.epoch', '=', epoch)
    .whereRef('x.number', '>=', 't.tries_from')
    .where('x.head_commit', 'is not', null)
    .where('x.base_commit', 'is not', null)
    .orderBy('x.number', 'desc')
    .limit(1)
    .$narrowType<{ head_commit: string; base_commit: string }>()
    .executeTakeFirst()
  return row ?? null
}

/** Returns the id of the previous attempt at the same task and of the same kind when it failed or was lost; otherwise null. */
export async function brokenAttemptBefore(db: Reader, id: string): Promise<string | null> {
  const before = await db
    .selectFrom('attempts as mine')
    .innerJoin('attempts as x', (join) =>
      join
        .onRef('x.task_id', '=', 'mine.task_id')
        .onRef('x.kind', '=', 'mine.kind')
        .onRef('x.epoch', '=', 'mine.epoch')
        .onRef('x.number', '<', 'mine.number'),
    )
    .select(['x.id', 'x.status'])
    .where('mine.id', '=', id)
    .orderBy('x.number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return before?.status === 'failed' || before?.status === 'lost' ? before.id : null
}

/** Returns the commit that an attempt left; null when it left none. */
export async function attemptCommit(db: Reader, id: string | null): Promise<string | null> {
  const row = await db.selectFrom('attempts').select('head_commit').where('id', '=', id).executeTakeFirst()
  return row?.head_commit ?? null
}

/** Returns the first commit of a job: that of its source, or an empty one. Null before its first attempt has begun. */
export async function firstBase(db: Reader, jobId: string): Promise<string | null> {
  const row = await db
    .selectFrom('attempts')
    .select('base_commit')
    .where('job_id', '=', jobId)
    .where('base_commit', 'is not', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.base_commit ?? null
}

/** Returns the checks that the newest succeeded attempt of a solo job named for its own work. */
export async function readLeftChecks(db: Reader, jobId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('attempts')
    .select('outcome')
    .where('job_id', '=', jobId)
    .where('status', '=', 'succeeded')
    .where('outcome', 'is not', null)
    .orderBy('created_at', 'desc')
    .execute()
  const named = rows.map((row) => fromJsonOrNull(row.outcome)?.checks)
  return named.find((checks) => checks !== undefined) ?? []
}

/** Returns the base commit, source, branch and agent of an interrupted attempt; null when it had no workspace yet. */
export async function readInterrupted(
  db: Reader,
  id: string,
): Promise<{ base_commit: string; source: string | null; branch: string; agent: string } | null> {
  const row = await db
    .selectFrom('attempts as x')
    .innerJoin('jobs as j', 'j.id', 'x.job_id')
    .innerJoin('agents as a', 'a.id', 'x.agent_id')
    .select(['x.base_commit', 'j.source', 'j.branch', 'a.name as agent'])
    .where('x.id', '=', id)
    .where('x.base_commit', 'is not', null)
    .$narrowType<{ base_commit: string }>()
    .executeTakeFirst()
  return row ?? null
}

/** Returns the attempts at a task since it was last started over: whatever of them is on main is the task's work. */
export async function attemptsOfRound(db: Reader, taskId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('attempts as x')
    .innerJoin('tasks as t', 't.id', 'x.task_id')
    .select('x.id')
    .where('x.task_id', '=', taskId)
    .where('x.kind', '=', 'work')
    .whereRef('x.number', '>=', 't.tries_from')
    .execute()
  return rows.map((row) => row.id)
}

/** Whether an attempt at a task of the job has ever begun in its repository. */
export async function hasWork(db: Reader, jobId: string): Promise<boolean> {
  return (await firstBase(db, jobId)) !== null
}
