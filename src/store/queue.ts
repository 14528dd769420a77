import { fromKysely, type ConstructorOptions, type PgBoss } from 'pg-boss'
import { sql, type Kysely } from 'kysely'

/**
 * The queues: pg-boss on the same database, so that an entry is committed together with the rows that require it. `advance`
 * moves a job one step; `work` is long (attempts, reviews, checks); `repository` is short git work (merges, deliveries)
 * that must not wait behind attempts.
 */
export const queues = ['advance', 'work', 'repository'] as const
export type QueueName = (typeof queues)[number]

/** Options measured for this load: a dead worker's entry is redelivered after at most `heartbeat + supervise` seconds. */
export const bossOptions = {
  useListenNotify: true,
  superviseIntervalSeconds: 5,
  monitorIntervalSeconds: 5,
  schedule: false,
  monitorVacuum: false,
} satisfies ConstructorOptions

/** Entries are redelivered at once and without a practical limit: the domain decides how often work is tried. */
const queueOptions = {
  notify: true,
  heartbeatSeconds: 15,
  expireInSeconds: 86_000,
  retryLimit: 1000,
  retryDelay: 0,
  retryBackoff: false,
  deleteAfterSeconds: 3600,
  retentionSeconds: 31_536_000,
}

/** Creates missing queues. Idempotent. */
export async function createQueues(boss: PgBoss): Promise<void> {
  const there = new Set((await boss.getQueues()).map((queue) => queue.name))
  for (const name of queues) if (!there.has(name)) await boss.createQueue(name, queueOptions)
}

/** Queues an `advance` of each job as part of `trx`, due at once or at `at`. */
export async function enqueueAdvance(
  boss: PgBoss,
  trx: Kysely<unknown>,
  jobIds: readonly string[],
  at?: Date,
): Promise<void> {
  if (jobIds.length === 0) return
  await boss.insert(
    'advance',
    jobIds.map((id) => ({ data: { job_id: id }, ...(at === undefined ? {} : { startAfter: at }) })),
    { db: fromKysely(trx) },
  )
}

/** Queues long work as part of `trx`. `id` becomes the id of the entry. */
export async function enqueueWork(
  boss: PgBoss,
  trx: Kysely<unknown>,
  name: Exclude<QueueName, 'advance'>,
  entry: { readonly id: string; readonly jobId: string; readonly workId: string },
): Promise<void> {
  const data = { job_id: entry.jobId, work_id: entry.workId }
  await boss.insert(name, [{ id: entry.id, data }], { db: fromKysely(trx) })
}

/** Withdraws entries from a queue as part of `trx`, whether due or claimed. */
export async function withdraw(
  boss: PgBoss,
  trx: Kysely<unknown>,
  name: QueueName,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await boss.cancel(name, [...ids], { db: fromKysely(trx) })
}

/** The time in ms that a probe waits for a lock held by another transaction. */
const PROBE_LOCK_MS = 1500

/**
 * Claims an entry up to its lock, and writes, as a worker does, but leaves everything unchanged. Returns how many entries
 * are due.
 */
export async function probeClaim(trx: Kysely<unknown>, workerId: string): Promise<number> {
  await sql.raw(`set local lock_timeout = ${PROBE_LOCK_MS}`).execute(trx)
  await sql`update workers set seen_at = seen_at where id = ${workerId}`.execute(trx)
  await sql`
    select id from pgboss.job where name = 'work' and state = 'created' limit 1 for update skip locked`.execute(
    trx,
  )
  const counts = await queueCounts(trx)
  return Object.entries(counts)
    .filter(([name]) => name.endsWith('created'))
    .reduce((sum, [, count]) => sum + count, 0)
}

/** Counts the entries of each queue that are due, claimed or failed, keyed by `<queue>.<state>`. */
export async function queueCounts(db: Kysely<unknown>): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; state: string; count: number }>`
    select name, state::text as state, count(*)::int as count from pgboss.job
    where name in ('advance', 'work', 'repository') and state in ('created', 'retry', 'active', 'failed')
    group by name, state`.execute(db)
  return Object.fromEntries(rows.map((row) => [`${row.name}.${row.state}`, row.count]))
}
