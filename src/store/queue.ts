import { sql } from 'kysely'
import { notify } from './database/channels.ts'
import type { WorkKind, WorkStatus } from '../domain/model.ts'
import { nowMs, type Database, type JobTrx, type Reader, type Trx } from './database/database.ts'
import type { QueueName } from './database/schema.ts'

/**
 * The rows are the queue: a job's row holds the time at which its `advance` is due, and work is queued until a worker has
 * claimed it. An entry is therefore committed together with the rows that require it (docs/adr/0017).
 */
export const queueChannel = 'slipway_queue'

/** The time in ms for which a claim is valid without being renewed. */
const LEASE_MS = 15_000
/** The waits in ms before an advance that failed is tried again: the first, and the longest. */
const RETRY_MS = { first: 1000, longest: 60_000 }

/** The statuses of work that has not ended. Constants, not parameters: only then SQLite uses an index for them alone. */
const open = sql<WorkStatus>`('queued', 'running')`

/** Wakes the workers when the transaction is committed: it has added something that is due. */
export function noteQueued(trx: Trx): void {
  notify(trx, queueChannel, '')
}

/** Queues an `advance` of each job as part of `trx`, due at once or at `at`; one that is due earlier stays so. */
export async function enqueueAdvance(trx: Trx, jobIds: readonly string[], at?: Date): Promise<void> {
  if (jobIds.length === 0) return
  const due = at === undefined ? nowMs : sql<number>`${at.getTime()}`
  await trx
    .updateTable('jobs')
    .set({
      advance_due_at: sql`case when advance_due_at is null or advance_due_at > ${due} then ${due} else advance_due_at end`,
    })
    .where('id', 'in', jobIds)
    .execute()
  noteQueued(trx)
}

/** Returns the jobs whose `advance` is due, the longest due first, at most `limit`. */
export async function dueAdvances(db: Reader, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where('advance_due_at', '<=', nowMs)
    .orderBy('advance_due_at')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

/**
 * Takes the due `advance` of a locked job: what the transaction does from here on is that advance. Returns false when none is
 * due, because another worker has taken it.
 */
export async function claimAdvance(trx: JobTrx, jobId: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('jobs')
    .set({ advance_due_at: null, advance_failures: 0 })
    .where('id', '=', jobId)
    .where('advance_due_at', '<=', nowMs)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Puts off the `advance` of a job that failed, longer after each failure. */
export async function postponeAdvance(trx: JobTrx, jobId: string): Promise<void> {
  const { advance_failures: failures } = await trx
    .updateTable('jobs')
    .set((row) => ({ advance_failures: row('advance_failures', '+', 1) }))
    .where('id', '=', jobId)
    .returning('advance_failures')
    .executeTakeFirstOrThrow()
  const wait = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** Math.min(failures - 1, 10))
  await trx
    .updateTable('jobs')
    .set({ advance_due_at: sql`${nowMs} + ${sql.lit(wait)}` })
    .where('id', '=', jobId)
    .execute()
}

/** Claimed work: `lease` is the token of the claim. */
export interface ClaimedEntry {
  readonly id: string
  readonly job_id: string
  readonly lease: number
}

/**
 * Claims the queued work that comes next, in a transaction of its own; returns null when there is none. The job's priority
 * comes first, then work that finishes something before work that starts something, then the job with the least running
 * work, then the oldest.
 */
export async function claimNext(trx: Trx, queue: QueueName, workerId: string): Promise<ClaimedEntry | null> {
  const next = await trx
    .selectFrom('work as w')
    .innerJoin('jobs as j', 'j.id', 'w.job_id')
    .select('w.id')
    .where('w.queue', '=', queue)
    .where('w.status', '=', sql.lit('queued'))
    .where((work) => work.or([work('w.lease_until', 'is', null), work('w.lease_until', '<', nowMs)]))
    .orderBy('j.priority', 'desc')
    .orderBy('w.finishes', 'desc')
    .orderBy((work) =>
      work
        .selectFrom('work as r')
        .select((row) => row.fn.countAll().as('running'))
        .whereRef('r.job_id', '=', 'w.job_id')
        .where('r.status', '=', sql.lit('running')),
    )
    .orderBy('j.created_at')
    .orderBy('w.created_at')
    .orderBy('w.id')
    .limit(1)
    .forUpdate('w')
    .skipLocked()
    .executeTakeFirst()
  if (next === undefined) return null
  return trx
    .updateTable('work')
    .set((work) => ({
      lease: work('lease', '+', 1),
      lease_until: sql`${nowMs} + ${sql.lit(LEASE_MS)}`,
      worker_id: workerId,
    }))
    .where('id', '=', next.id)
    .returning(['id', 'job_id', 'lease'])
    .executeTakeFirstOrThrow()
}

/**
 * Renews the leases of the work that a worker is running, also those that have run out and that have not been ended. Work that
 * another transaction writes to at this moment is left to the next time, because a job is locked before its work.
 */
export async function renewLeases(trx: Trx, workerId: string, running: readonly string[]): Promise<void> {
  if (running.length === 0) return
  await trx
    .updateTable('work')
    .set({ lease_until: sql`${nowMs} + ${sql.lit(LEASE_MS)}` })
    .where('id', 'in', (row) =>
      row
        .selectFrom('work as own')
        .select('own.id')
        .where('own.id', 'in', running)
        .where('own.worker_id', '=', workerId)
        .where('own.status', 'in', open)
        .where('own.lease_until', 'is not', null)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}

/**
 * Returns running work whose lease was not renewed in time, apart from what the caller is running itself: it may have slept
 * since it renewed. Queued work needs nothing: it can be claimed again.
 */
export async function expiredWork(
  db: Reader,
  running: readonly string[],
): Promise<{ id: string; job_id: string }[]> {
  const rows = await db
    .selectFrom('work')
    .select(['id', 'job_id'])
    .where('status', '=', sql.lit('running'))
    .where('lease_until', '<', nowMs)
    .execute()
  return rows.filter(({ id }) => !running.includes(id))
}

/** Ends a lease that was not renewed in time. Returns false when it was renewed or has ended meanwhile. */
export async function expireLease(trx: JobTrx, workId: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('work')
    .set({ lease_until: null })
    .where('id', '=', workId)
    .where('status', '=', 'running')
    .where('lease_until', '<', nowMs)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Work that was interrupted, with the data needed to remove its files. */
export interface InterruptedWork {
  readonly id: string
  readonly job_id: string
  readonly kind: WorkKind
  readonly attempt_id: string | null
}

/** Ends all leases: no worker is alive. Returns the work that had begun. */
export async function endAllLeases(trx: Trx): Promise<InterruptedWork[]> {
  await trx
    .updateTable('work')
    .set({ lease_until: null })
    .where('status', '=', 'queued')
    .where('lease_until', 'is not', null)
    .execute()
  return trx
    .updateTable('work')
    .set({ lease_until: null })
    .where('status', '=', 'running')
    .returning(['id', 'job_id', 'kind', 'attempt_id'])
    .execute()
}

/** The time in ms that a probe waits for a lock held by another transaction. */
const PROBE_LOCK_MS = 1500

/**
 * Claims an entry up to its lock, and writes, as a worker does, but leaves everything unchanged. Returns how many entries
 * are due.
 */
export async function probeClaim(trx: Trx, engine: Database['engine'], workerId: string): Promise<number> {
  if (engine === 'postgres') await sql.raw(`set local lock_timeout = ${PROBE_LOCK_MS}`).execute(trx)
  await trx
    .updateTable('workers')
    .set((worker) => ({ seen_at: worker.ref('seen_at') }))
    .where('id', '=', workerId)
    .execute()
  await trx
    .selectFrom('work')
    .select('id')
    .where('status', '=', sql.lit('queued'))
    .limit(1)
    .forUpdate()
    .skipLocked()
    .execute()
  const counts = await queueCounts(trx)
  return Object.entries(counts)
    .filter(([name]) => name.endsWith('.due'))
    .reduce((sum, [, count]) => sum + count, 0)
}

/** Counts the entries of each queue, keyed by `<queue>.<state>`: `due`, `waiting` for its time, or `claimed`. */
export async function queueCounts(db: Reader): Promise<Record<string, number>> {
  const advances = await db
    .selectFrom('jobs')
    .select((job) => [
      sql<string>`case when advance_due_at <= ${nowMs} then 'advance.due' else 'advance.waiting' end`.as(
        'name',
      ),
      job.fn.countAll<number>().as('count'),
    ])
    .where('advance_due_at', 'is not', null)
    .groupBy(sql`1`)
    .execute()
  const work = await db
    .selectFrom('work')
    .select((row) => [
      sql<string>`queue || case when lease_until is null then '.due' else '.claimed' end`.as('name'),
      row.fn.countAll<number>().as('count'),
    ])
    .where('status', 'in', open)
    .groupBy(sql`1`)
    .execute()
  return Object.fromEntries([...advances, ...work].map((row) => [row.name, row.count]))
}
