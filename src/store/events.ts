import { sql } from 'kysely'
import type { EventQuery, EventView } from '../contract/event.ts'
import type { EventType } from '../contract/event-types.ts'
import type { Phase } from '../contract/words.ts'
import { isoTime } from '../lib/clock.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'

/** An event to be written; its `seq` comes from the job's counter. `phase` defaults to the job's phase at that moment. */
export interface NewEvent {
  readonly type: EventType
  readonly actor: string
  readonly message: string
  readonly taskId?: string | null
  readonly attemptId?: string | null
  readonly phase?: Phase
  readonly data?: Readonly<Record<string, unknown>>
  readonly at?: Date
}

/** The channel that is notified of every commit that appended events, with the payload `<job id> <last seq>`. */
export const eventsChannel = 'slipway_events'

/** Appends events in order, in the transaction of the changes they describe. Returns the last `seq`. */
export async function appendEvents(trx: JobTrx, jobId: string, events: readonly NewEvent[]): Promise<number> {
  const now = isoTime(new Date())
  const list = events.map((event) => ({
    at: event.at === undefined ? now : isoTime(event.at),
    type: event.type,
    actor: event.actor,
    task_id: event.taskId ?? null,
    attempt_id: event.attemptId ?? null,
    phase: event.phase ?? null,
    message: event.message,
    data: event.data ?? {},
  }))
  const { rows } = await sql<{
    append_events: number
  }>`select append_events(${jobId}::uuid, ${jsonb(list)})`.execute(trx)
  const last = rows[0]?.append_events
  if (last === undefined) throw new Error(`no job ${jobId} to append events to`)
  return last
}

interface EventRow {
  seq: number
  at: Date
  type: string
  actor: string
  task_id: string | null
  attempt_id: string | null
  phase: Phase
  message: string
  data: Record<string, unknown>
}

/** Returns the events of a job after `after`, in order, at most `limit`. */
export async function readEvents(
  db: Reader,
  jobId: string,
  after: number,
  limit: number,
): Promise<EventView[]> {
  const { rows } = await sql<EventRow>`
    select seq, at, type, actor, task_id, attempt_id, phase, message, data
    from events where job_id = ${jobId} and seq > ${after} order by seq limit ${limit}`.execute(db)
  return rows.map(toView)
}

/** Returns one page of a job's events that match `query`, oldest first. With `before`, the index is read backwards. */
export async function pageEvents(db: Reader, jobId: string, query: EventQuery): Promise<EventView[]> {
  const conditions = [sql`job_id = ${jobId}`, sql`seq > ${query.after}`]
  if (query.before !== undefined) conditions.push(sql`seq < ${query.before}`)
  if (query.task_id !== undefined) conditions.push(sql`task_id = ${query.task_id}`)
  if (query.attempt_id !== undefined) conditions.push(sql`attempt_id = ${query.attempt_id}`)
  if (query.type !== undefined) {
    const types = query.type
      .split(',')
      .map((type) => (type.endsWith('.*') ? sql`type ^@ ${type.slice(0, -1)}` : sql`type = ${type}`))
    conditions.push(sql`(${sql.join(types, sql` or `)})`)
  }
  const { rows } = await sql<EventRow>`
    select seq, at, type, actor, task_id, attempt_id, phase, message, data
    from events where ${sql.join(conditions, sql` and `)}
    order by seq ${query.before === undefined ? sql`asc` : sql`desc`} limit ${query.limit}`.execute(db)
  return (query.before === undefined ? rows : rows.toReversed()).map(toView)
}

/** Returns the events of one attempt in order: its transcript. */
export async function readAttemptEvents(
  db: Reader,
  jobId: string,
  attemptId: string,
  limit: number,
): Promise<EventView[]> {
  const { rows } = await sql<EventRow>`
    select seq, at, type, actor, task_id, attempt_id, phase, message, data
    from events where job_id = ${jobId} and attempt_id = ${attemptId} order by seq limit ${limit}`.execute(db)
  return rows.map(toView)
}

/** Returns the last `limit` events that are relevant to a person, oldest first; those of sessions are left out. */
export async function readMessages(
  db: Reader,
  jobId: string,
  limit: number,
): Promise<{ timestamp: string; phase: Phase; message: string }[]> {
  const { rows } = await sql<{ at: Date; phase: Phase; message: string }>`
    select at, phase, message from events
    where job_id = ${jobId} and type not like 'session.%' order by seq desc limit ${limit}`.execute(db)
  return rows
    .toReversed()
    .map((row) => ({ timestamp: isoTime(row.at), phase: row.phase, message: row.message }))
}

function toView(row: EventRow): EventView {
  return {
    seq: row.seq,
    at: isoTime(row.at),
    type: row.type,
    actor: row.actor,
    task_id: row.task_id,
    attempt_id: row.attempt_id,
    message: row.message,
    data: row.data,
  }
}
