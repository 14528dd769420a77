import { sql } from 'kysely'
import type { CheckingView } from '../contract/job.ts'
import type { WorkKind, WorkOutcome, WorkStatus } from '../domain/model.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'
import type { QueueName } from './queue.ts'

/**
 * Long work and its leases. A claim raises `lease`; every write for the work names the lease it was claimed with, so that a
 * worker that lost its claim is refused.
 */
export interface NewWork {
  readonly id: string
  readonly jobId: string
  readonly epoch: number
  readonly kind: WorkKind
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly queue: QueueName
  readonly queueId: string
}

export async function insertWork(trx: JobTrx, work: NewWork): Promise<void> {
  await sql`
    insert into work (id, job_id, epoch, kind, task_id, attempt_id, queue, queue_id, status, created_at)
    values (${work.id}, ${work.jobId}, ${work.epoch}, ${work.kind}, ${work.taskId}, ${work.attemptId}, ${work.queue}, ${work.queueId}, 'queued', ${new Date()})`.execute(
    trx,
  )
}

export interface WorkRow {
  id: string
  job_id: string
  epoch: number
  kind: WorkKind
  task_id: string | null
  attempt_id: string | null
  queue: QueueName
  queue_id: string
  status: WorkStatus
  lease: number
  outcome: WorkOutcome | null
}

export async function readWork(db: Reader, id: string): Promise<WorkRow | null> {
  const { rows } = await sql<WorkRow>`
    select id, job_id, epoch, kind, task_id, attempt_id, queue, queue_id, status, lease, outcome from work where id = ${id}`.execute(
    db,
  )
  return rows[0] ?? null
}

/** Claims work that no worker has begun. Returns the new lease, or null when it was already begun, ended or withdrawn. */
export async function claimWork(trx: JobTrx, id: string, workerId: string): Promise<number | null> {
  const { rows } = await sql<{ lease: number }>`
    update work set status = 'running', lease = lease + 1, worker_id = ${workerId}, started_at = ${new Date()}
    where id = ${id} and status = 'queued' returning lease`.execute(trx)
  return rows[0]?.lease ?? null
}

/** Whether the lease is still valid; the row is locked, so that the following writes in `trx` are fenced. */
export async function holdsLease(trx: JobTrx, id: string, lease: number): Promise<boolean> {
  const { rows } =
    await sql`select 1 from work where id = ${id} and lease = ${lease} and status = 'running' for update`.execute(
      trx,
    )
  return rows.length === 1
}

/** Ends work under its lease, or with `lease` null whatever the lease. Returns false when the lease was lost. */
export async function endWork(
  trx: JobTrx,
  id: string,
  lease: number | null,
  status: WorkStatus,
  outcome: WorkOutcome | null,
): Promise<boolean> {
  const fence = lease === null ? sql`true` : sql`lease = ${lease}`
  const result = await sql`
    update work set status = ${status}, outcome = ${outcome === null ? null : jsonb(outcome)}, ended_at = ${new Date()}
    where id = ${id} and status in ('queued', 'running') and ${fence}`.execute(trx)
  return result.numAffectedRows === 1n
}

/** Returns the running work of workers that are no longer alive. */
export async function workOfDeadWorkers(db: Reader, living: readonly string[]): Promise<WorkRow[]> {
  const alive = living.length === 0 ? sql`false` : sql`worker_id in (${sql.join(living)})`
  const { rows } = await sql<WorkRow>`
    select id, job_id, epoch, kind, task_id, attempt_id, queue, queue_id, status, lease, outcome from work
    where status = 'running' and not ${alive}`.execute(db)
  return rows
}

/**
 * Returns the ids of unfinished jobs that break the first promise: no due or claimed queue entry, and no named wait for a
 * person. (A wait with a time has a due entry.) Always empty; a job found here is rescued and counted.
 */
export async function stuckJobs(db: Reader): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select j.id from jobs j where j.status in ('queued', 'running', 'waiting')
      and not exists (select 1 from pgboss.job q where q.name in ('advance', 'work', 'repository')
        and q.state in ('created', 'retry', 'active') and q.data ->> 'job_id' = j.id::text)
      and not (j.status = 'waiting' and j.wait ->> 'for' = 'approval' and not j.plan_approved
        and j.cancel_requested_at is null)
      and not (j.status = 'waiting' and j.wait ->> 'for' in ('budget', 'backend') and j.cancel_requested_at is null)`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

/** Stores the check that a run of checks has reached. */
export async function setCurrentCheck(trx: JobTrx, id: string, check: CheckingView): Promise<void> {
  await sql`update work set current_check = ${jsonb(check)} where id = ${id}`.execute(trx)
}

/** Returns the number of slots in use; work that waits for a person has released its slot. */
export async function busySlots(db: Reader): Promise<number> {
  const { rows } = await sql<{ busy: number }>`
    select count(*)::int as busy from work w where w.status = 'running' and w.queue = 'work' and not exists (
      select 1 from attempts x join agents a on a.id = x.agent_id
      where x.id = w.attempt_id and x.status = 'running' and a.status = 'waiting')`.execute(db)
  return rows[0]?.busy ?? 0
}
