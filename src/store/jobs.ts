import { sql } from 'kysely'
import type { PermissionPolicy } from '../contract/permission.ts'
import type { Plan, PlanView } from '../contract/plan.ts'
import type { JobStatus, Mode, Phase, Proof, Role, Wait } from '../contract/words.ts'
import { isoTime } from '../lib/clock.ts'
import type { Usage } from '../contract/job.ts'
import { withJobLock, type JobTrx, type Reader, type Trx } from './database.ts'
import { jsonb } from './json.ts'
import { notePersonWait } from './person-wait.ts'
import { usageSums } from './usage-sums.ts'

export interface JobRow {
  id: string
  vision: string
  title: string
  backend: string
  agents: Partial<Record<Role, string>>
  model: string | null
  models: Partial<Record<Role, string>>
  mode: Mode
  status: JobStatus
  phase: Phase
  progress: number
  wait: Wait | null
  proof: Proof | null
  proof_reason: string | null
  checks: string[]
  setup: string[]
  source: string | null
  branch: string
  budget: { tokens?: number; usd?: number; version?: number } | null
  parallelism: number
  epoch: number
  last_seq: number
  head_commit: string | null
  result_path: string | null
  plan: Plan | null
  approve_plan: boolean
  permissions: PermissionPolicy
  proposed_plan: Plan | null
  plan_version: number
  plan_approved: boolean
  plan_notes: PlanView['notes']
  error: string | null
  cancel_requested_at: Date | null
  person_since: Date | null
  person_ms: number
  created_at: Date
  started_at: Date | null
  completed_at: Date | null
}

export interface NewJobRow {
  readonly id: string
  readonly vision: string
  readonly title: string
  readonly backend: string
  readonly agents: Partial<Record<Role, string>>
  readonly model: string | null
  readonly models: Partial<Record<Role, string>>
  readonly mode: Mode
  readonly checks: readonly string[]
  readonly setup: readonly string[]
  readonly source: string | null
  readonly branch: string
  readonly budget: { tokens?: number | undefined; usd?: number | undefined } | null
  readonly parallelism: number
  readonly approvePlan: boolean
  readonly permissions: PermissionPolicy
  readonly idempotencyKey: string | null
  readonly requestHash: string
  readonly isHidden: boolean
  readonly createdAt: Date
}

/**
 * Inserts any number of jobs and their first events (`seq` 1) in two statements. No other transaction can see the new rows
 * before the commit, so the transaction counts as holding their locks.
 */
export async function insertJobs(trx: Trx, jobs: readonly NewJobRow[]): Promise<JobTrx> {
  const list = jobs.map((job) => ({ ...job, createdAt: isoTime(job.createdAt) }))
  await sql`
    insert into jobs (id, vision, title, backend, agents, model, models, mode, status, phase, checks, setup, source, branch, budget, parallelism,
      approve_plan, permissions, idempotency_key, request_hash, hidden, created_at, last_seq)
    select (j ->> 'id')::uuid, j ->> 'vision', j ->> 'title', j ->> 'backend', j -> 'agents', j ->> 'model', j -> 'models', j ->> 'mode',
      'queued', 'queued', j -> 'checks', j -> 'setup', j ->> 'source', j ->> 'branch', nullif(j -> 'budget', 'null'::jsonb), (j ->> 'parallelism')::int,
      (j ->> 'approvePlan')::boolean, j ->> 'permissions', j ->> 'idempotencyKey', j ->> 'requestHash', (j ->> 'isHidden')::boolean,
      (j ->> 'createdAt')::timestamptz, 1
    from jsonb_array_elements(${jsonb(list)}) as x(j)`.execute(trx)
  await sql`
    insert into events (job_id, seq, at, type, actor, phase, message, data)
    select (j ->> 'id')::uuid, 1, (j ->> 'createdAt')::timestamptz, 'job.created', 'person', 'queued',
      'The job was accepted.', jsonb_build_object('title', j ->> 'title', 'backend', j ->> 'backend', 'mode', j ->> 'mode')
    from jsonb_array_elements(${jsonb(list)}) as x(j)`.execute(trx)
  await sql`select pg_notify('slipway_events', j ->> 'id' || ' 1') from jsonb_array_elements(${jsonb(list)}) as x(j)`.execute(
    trx,
  )
  return withJobLock(trx)
}

/** Returns the job created earlier with this idempotency key and the hash of that request; null when there is none. */
export async function findByIdempotencyKey(
  db: Reader,
  key: string,
): Promise<{ id: string; request_hash: string } | null> {
  const { rows } = await sql<{ id: string; request_hash: string }>`
    select id, request_hash from jobs where idempotency_key = ${key}`.execute(db)
  return rows[0] ?? null
}

/** Locks a job for the rest of the transaction and returns it; null when there is none. */
export async function lockJob(trx: Trx, id: string): Promise<{ trx: JobTrx; job: JobRow } | null> {
  const { rows } = await sql<JobRow>`select * from jobs where id = ${id} for update`.execute(trx)
  const [job] = rows
  return job === undefined ? null : { trx: withJobLock(trx), job }
}

/** Returns a job without locking it; null when there is none. */
export async function readJob(db: Reader, id: string): Promise<JobRow | null> {
  const { rows } = await sql<JobRow>`select * from jobs where id = ${id}`.execute(db)
  return rows[0] ?? null
}

export interface JobChange {
  readonly status?: JobStatus
  readonly phase?: Phase
  readonly progress?: number
  readonly wait?: Wait | null
  readonly proof?: Proof | null
  readonly proof_reason?: string | null
  readonly head_commit?: string
  readonly result_path?: string
  readonly plan?: Plan
  readonly proposed_plan?: Plan | null
  readonly plan_version?: number
  readonly plan_approved?: boolean
  readonly plan_notes?: PlanView['notes']
  readonly budget?: { tokens?: number | undefined; usd?: number | undefined; version: number } | null
  readonly error?: string | null
  readonly epoch?: number
  readonly cancel_requested_at?: Date | null
  readonly started_at?: Date
  readonly completed_at?: Date | null
}

const jsonColumns = new Set(['wait', 'budget', 'plan', 'proposed_plan', 'plan_notes'])

/** Writes the given columns. Called only by the engine, under the job's lock and together with the event that explains it. */
export async function updateJob(trx: JobTrx, id: string, change: JobChange): Promise<void> {
  const sets = Object.entries(change).map(
    ([column, value]: [string, unknown]) =>
      sql`${sql.ref(column)} = ${jsonColumns.has(column) && value !== null ? jsonb(value) : value}`,
  )
  if (sets.length > 0) await sql`update jobs set ${sql.join(sets)} where id = ${id}`.execute(trx)
  if (change.wait !== undefined || change.status !== undefined) await notePersonWait(trx, id)
}

/** Returns the usage of all attempts of a job, or with `null` of all visible jobs; the cost is null when no price is known. */
export async function readUsage(db: Reader, jobId: string | null): Promise<Usage> {
  const { rows } = await sql<{ usage: Usage }>`
    select ${usageSums} as usage from attempts
    where job_id = ${jobId}::uuid or (${jobId}::uuid is null and job_id not in (select id from jobs where hidden))`.execute(
    db,
  )
  const [row] = rows
  if (row === undefined) throw new Error('a sum has no row')
  return row.usage
}

/** Rewrites result paths for the current data directory, which may have been moved since they were delivered. */
export async function relocateResults(db: Reader, dataDir: string): Promise<void> {
  const jobsDir = `${dataDir}/jobs/`
  await sql`
    update jobs set result_path = ${jobsDir}::text || substring(result_path from '/jobs/([^/]+/result[^/]*)$')
    where result_path ~ '/jobs/[^/]+/result[^/]*$' and not starts_with(result_path, ${jobsDir})`.execute(db)
}

/** Returns the ids of all jobs that have not ended. */
export async function unfinishedJobs(db: Reader): Promise<string[]> {
  const { rows } = await sql<{
    id: string
  }>`select id from jobs where status in ('queued', 'running', 'waiting') order by id`.execute(db)
  return rows.map((row) => row.id)
}

/** Returns the ids of the jobs that wait for something of this kind. */
export async function jobsWaitingFor(db: Reader, what: Wait['for']): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs where status = 'waiting' and wait ->> 'for' = ${what} order by id`.execute(db)
  return rows.map((row) => row.id)
}

/** Counts the visible jobs, and their tasks, by status. */
export async function countStatuses(
  db: Reader,
): Promise<{ jobs: Record<string, number>; tasks: Record<string, number> }> {
  const count = async (table: 'jobs' | 'tasks', job: 'id' | 'job_id'): Promise<Record<string, number>> => {
    const { rows } = await sql<{
      status: string
      count: number
    }>`select status, count(*)::int as count from ${sql.table(table)}
      where ${sql.ref(job)} not in (select id from jobs where hidden) group by status`.execute(db)
    return Object.fromEntries(rows.map((row) => [row.status, row.count]))
  }
  return { jobs: await count('jobs', 'id'), tasks: await count('tasks', 'job_id') }
}
