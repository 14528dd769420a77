import { sql, type Selectable, type Updateable } from 'kysely'
import type { EventContent } from '../contract/events/event-data.ts'
import type { PermissionPolicy } from '../contract/permission.ts'
import type { PlanView } from '../contract/plan.ts'
import type { JobStatus, Mode, Phase, Priority, Proof, Role, Wait } from '../contract/words.ts'
import type { Usage } from '../contract/job.ts'
import { notify } from './database/channels.ts'
import {
  fromJson,
  fromJsonOrNull,
  toDate,
  toFlag,
  toJson,
  toJsonOrNull,
  toMillis,
} from './database/columns.ts'
import { withJobLock, type JobTrx, type Reader, type Trx } from './database/database.ts'
import { eventsChannel } from './events.ts'
import { notePersonWait } from './views/person-wait.ts'
import type { JobsTable, StoredBudget } from './database/schema.ts'
import { usageSums } from './models/usage-sums.ts'

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
  budget: StoredBudget | null
  parallelism: number
  priority: Priority
  epoch: number
  last_seq: number
  head_commit: string | null
  result_path: string | null
  approve_plan: boolean
  permissions: PermissionPolicy
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
  readonly priority: Priority
  readonly approvePlan: boolean
  readonly permissions: PermissionPolicy
  readonly idempotencyKey: string | null
  readonly requestHash: string
  readonly isHidden: boolean
  readonly createdAt: Date
}

const ranks: Readonly<Record<Priority, number>> = { low: -1, normal: 0, high: 1 }

/**
 * Inserts any number of jobs and their first events (`seq` 1). No other transaction can see the new rows before the commit,
 * so the transaction counts as holding their locks.
 */
export async function insertJobs(trx: Trx, jobs: readonly NewJobRow[]): Promise<JobTrx> {
  await trx
    .insertInto('jobs')
    .values(
      jobs.map((job) => ({
        id: job.id,
        vision: job.vision,
        title: job.title,
        backend: job.backend,
        agents: toJson(job.agents),
        model: job.model,
        models: toJson(job.models),
        mode: job.mode,
        status: 'queued' as const,
        phase: 'queued' as const,
        progress: 0,
        checks: toJson([...job.checks]),
        setup: toJson([...job.setup]),
        source: job.source,
        branch: job.branch,
        budget: toJsonOrNull<StoredBudget>(job.budget),
        parallelism: job.parallelism,
        priority: ranks[job.priority],
        idempotency_key: job.idempotencyKey,
        request_hash: job.requestHash,
        hidden: toFlag(job.isHidden),
        epoch: 1,
        last_seq: 1,
        approve_plan: toFlag(job.approvePlan),
        permissions: job.permissions,
        plan_version: 0,
        plan_approved: 0 as const,
        plan_notes: toJson([]),
        person_ms: 0,
        advance_failures: 0,
        created_at: toMillis(job.createdAt),
      })),
    )
    .execute()
  await trx
    .insertInto('events')
    .values(
      jobs.map((job) => {
        const { data, ...created } = creation(job)
        return {
          ...created,
          job_id: job.id,
          seq: 1,
          at: toMillis(job.createdAt),
          actor: 'person',
          phase: 'queued' as const,
          data: toJson(data),
        }
      }),
    )
    .execute()
  for (const { id } of jobs) notify(trx, eventsChannel, `${id} 1`)
  return withJobLock(trx)
}

function creation({ title, backend, mode }: NewJobRow): EventContent<'job.created'> {
  return { type: 'job.created', message: 'The job was accepted.', data: { title, backend, mode } }
}

/** Returns the job created earlier with this idempotency key and the hash of that request; null when there is none. */
export async function findByIdempotencyKey(
  db: Reader,
  key: string,
): Promise<{ id: string; request_hash: string } | null> {
  const row = await db
    .selectFrom('jobs')
    .select(['id', 'request_hash'])
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  return row ?? null
}

/** Locks a job for the rest of the transaction and returns it; null when there is none. */
export async function lockJob(trx: Trx, id: string): Promise<{ trx: JobTrx; job: JobRow } | null> {
  const row = await trx
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? null : { trx: withJobLock(trx), job: toJobRow(row) }
}

/** Returns a job without locking it; null when there is none. */
export async function readJob(db: Reader, id: string): Promise<JobRow | null> {
  const row = await db
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row === undefined ? null : toJobRow(row)
}

/** Returns a job with its columns converted. */
export function toJobRow(row: Selectable<JobsTable>): JobRow {
  return {
    ...row,
    agents: fromJson(row.agents),
    models: fromJson(row.models),
    wait: fromJsonOrNull(row.wait),
    checks: fromJson(row.checks),
    setup: fromJson(row.setup),
    budget: fromJsonOrNull(row.budget),
    priority: row.priority > 0 ? 'high' : row.priority < 0 ? 'low' : 'normal',
    approve_plan: row.approve_plan === 1,
    plan_approved: row.plan_approved === 1,
    plan_notes: fromJson(row.plan_notes),
    cancel_requested_at: toDate(row.cancel_requested_at),
    person_since: toDate(row.person_since),
    created_at: toDate(row.created_at),
    started_at: toDate(row.started_at),
    completed_at: toDate(row.completed_at),
  }
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
  readonly plan_version?: number
  readonly plan_approved?: boolean
  readonly plan_notes?: PlanView['notes']
  readonly budget?: (StoredBudget & { version: number }) | null
  readonly priority?: Priority
  readonly error?: string | null
  readonly epoch?: number
  readonly cancel_requested_at?: Date | null
  readonly started_at?: Date
  readonly completed_at?: Date | null
}

/** Writes the given columns. Called only by the engine, under the job's lock and together with the event that explains it. */
export async function updateJob(trx: JobTrx, id: string, change: JobChange): Promise<void> {
  const columns = toColumns(change)
  if (Object.keys(columns).length > 0)
    await trx.updateTable('jobs').set(columns).where('id', '=', id).execute()
  if (change.wait !== undefined || change.status !== undefined) await notePersonWait(trx, id)
}

function toColumns(change: JobChange): Updateable<JobsTable> {
  const { wait, budget, plan_approved, plan_notes, ...rest } = change
  const { priority, cancel_requested_at, started_at, completed_at, ...plain } = rest
  return {
    ...plain,
    // A job that begins again will have another size at its end.
    ...(change.status === undefined ? {} : { bytes: null }),
    // A job that moves again is in the lists again.
    ...(change.status === 'queued' || change.status === 'running' ? { archived_at: null } : {}),
    ...(wait === undefined ? {} : { wait: toJsonOrNull(wait), wait_for: wait?.for ?? null }),
    ...(budget === undefined ? {} : { budget: toJsonOrNull<StoredBudget>(budget) }),
    ...(priority === undefined ? {} : { priority: ranks[priority] }),
    ...(plan_approved === undefined ? {} : { plan_approved: toFlag(plan_approved) }),
    ...(plan_notes === undefined ? {} : { plan_notes: toJson(plan_notes) }),
    ...(cancel_requested_at === undefined ? {} : { cancel_requested_at: toMillis(cancel_requested_at) }),
    ...(started_at === undefined ? {} : { started_at: toMillis(started_at) }),
    ...(completed_at === undefined ? {} : { completed_at: toMillis(completed_at) }),
  }
}

/** Returns the usage of all attempts of a job, or with `null` of all visible jobs; the cost is null when no price is known. */
export async function readUsage(db: Reader, jobId: string | null): Promise<Usage> {
  return db
    .selectFrom('attempts')
    .select(usageSums)
    .where((row) => (jobId === null ? row('job_id', 'not in', hidden(db)) : row('job_id', '=', jobId)))
    .executeTakeFirstOrThrow()
}

function hidden(db: Reader) {
  return db.selectFrom('jobs').select('jobs.id').where('jobs.hidden', '=', sql.lit(1))
}

/** Rewrites result paths for the current data directory, which may have been moved since they were delivered. */
export async function relocateResults(trx: Trx, dataDir: string): Promise<void> {
  const rows = await trx
    .selectFrom('jobs')
    .select(['id', 'result_path'])
    .where('result_path', 'is not', null)
    .execute()
  for (const { id, result_path } of rows) {
    const [, inJobs] = /\/jobs\/([^/]+\/result[^/]*)$/.exec(result_path ?? '') ?? []
    const moved = inJobs === undefined ? result_path : `${dataDir}/jobs/${inJobs}`
    if (moved !== result_path)
      await trx.updateTable('jobs').set({ result_path: moved }).where('id', '=', id).execute()
  }
}

/** The statuses of jobs that have not ended. Constants, not parameters: only then SQLite uses an index for them alone. */
export const unfinished = sql<JobStatus>`('queued', 'running', 'waiting')`

/** Returns the ids of all jobs that have not ended. */
export async function unfinishedJobs(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('status', 'in', unfinished)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Returns the ids of the jobs that wait for something of this kind. */
export async function jobsWaitingFor(db: Reader, reason: Wait['for']): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('status', '=', 'waiting')
    .where('wait_for', '=', reason)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Counts the visible jobs, and their tasks, by status. */
export async function countStatuses(
  db: Reader,
): Promise<{ jobs: Record<string, number>; tasks: Record<string, number> }> {
  const jobs = await db
    .selectFrom('jobs')
    .select((row) => ['status', row.fn.countAll<number>().as('count')])
    .where('id', 'not in', hidden(db))
    .groupBy('status')
    .execute()
  const tasks = await db
    .selectFrom('tasks')
    .select((row) => ['status', row.fn.countAll<number>().as('count')])
    .where('job_id', 'not in', hidden(db))
    .groupBy('status')
    .execute()
  const byStatus = (rows: readonly { status: string; count: number }[]): Record<string, number> =>
    Object.fromEntries(rows.map((row) => [row.status, row.count]))
  return { jobs: byStatus(jobs), tasks: byStatus(tasks) }
}
