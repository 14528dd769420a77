import type { ExpressionBuilder, Selectable } from 'kysely'
import type { EventQuery, EventView } from '../contract/events/event.ts'
import type { EventContent, EventType } from '../contract/events/event-data.ts'
import type { Phase } from '../contract/words.ts'
import { clock } from '../lib/clock.ts'
import { notify } from './database/channels.ts'
import { fromJson, toIso, toJson, toMillis } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'
import type { EventsTable, Schema } from './database/schema.ts'

/** The actor of an event, and its task and attempt. `phase` defaults to the job's phase at that moment. */
export interface EventContext {
  readonly actor: string
  readonly taskId?: string | null
  readonly attemptId?: string | null
  readonly phase?: Phase
  readonly at?: Date
}

/** An event to be written; its `seq` comes from the job's counter. */
export type NewEvent<T extends EventType = EventType> = EventContext & EventContent<T>

/** The channel that is notified of every commit that appended events, with the payload `<job id> <last seq>`. */
export const eventsChannel = 'slipway_events'

/** The maximum number of events in one statement: SQLite takes 32766 parameters. */
const TOGETHER = 1000

/** Appends events in order, in the transaction of the changes they describe. Returns the last `seq`. */
export async function appendEvents(trx: JobTrx, jobId: string, events: readonly NewEvent[]): Promise<number> {
  // The counter of the locked row has no gaps, and its numbers are committed in order.
  const { last_seq, phase } = await trx
    .updateTable('jobs')
    .set((row) => ({ last_seq: row('last_seq', '+', events.length) }))
    .where('id', '=', jobId)
    .returning(['last_seq', 'phase'])
    .executeTakeFirstOrThrow()
  const now = clock.now()
  const rows = events.map((event, index) => ({
    job_id: jobId,
    seq: last_seq - events.length + index + 1,
    at: event.at === undefined ? now : toMillis(event.at),
    type: event.type,
    actor: event.actor,
    task_id: event.taskId ?? null,
    attempt_id: event.attemptId ?? null,
    phase: event.phase ?? phase,
    message: event.message,
    data: toJson({ ...event.data }),
  }))
  for (let first = 0; first < rows.length; first += TOGETHER)
    await trx
      .insertInto('events')
      .values(rows.slice(first, first + TOGETHER))
      .execute()
  notify(trx, eventsChannel, `${jobId} ${last_seq}`)
  return last_seq
}

const columns = ['seq', 'at', 'type', 'actor', 'task_id', 'attempt_id', 'message', 'data'] as const

/** Returns the events of a job after `after`, in order, at most `limit`. */
export async function readEvents(
  db: Reader,
  jobId: string,
  after: number,
  limit: number,
): Promise<EventView[]> {
  const rows = await db
    .selectFrom('events')
    .select(columns)
    .where('job_id', '=', jobId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(toView)
}

/** Returns one page of a job's events that match `query`, oldest first. With `before`, the index is read backwards. */
export async function pageEvents(db: Reader, jobId: string, query: EventQuery): Promise<EventView[]> {
  const { before, task_id, attempt_id, type } = query
  const rows = await db
    .selectFrom('events')
    .select(columns)
    .where('job_id', '=', jobId)
    .where('seq', '>', query.after)
    .$if(before !== undefined, (events) => events.where('seq', '<', before ?? 0))
    .$if(task_id !== undefined, (events) => events.where('task_id', '=', task_id ?? null))
    .$if(attempt_id !== undefined, (events) => events.where('attempt_id', '=', attempt_id ?? null))
    .$if(type !== undefined, (events) =>
      events.where((row) =>
        row.or(
          (type ?? '')
            .split(',')
            .map((name) =>
              name.endsWith('.*') ? row.and(startsWith(row, name.slice(0, -1))) : row('type', '=', name),
            ),
        ),
      ),
    )
    .orderBy('seq', before === undefined ? 'asc' : 'desc')
    .limit(query.limit)
    .execute()
  return (before === undefined ? rows : rows.toReversed()).map(toView)
}

/** Returns conditions for types that begin with `prefix`: they sort between it and the last text that begins so. */
function startsWith(row: ExpressionBuilder<Schema, 'events'>, prefix: string) {
  return [row('type', '>=', prefix), row('type', '<', `${prefix}\u{10ffff}`)]
}

/** Returns the events of one attempt in order: its transcript. */
export async function readAttemptEvents(
  db: Reader,
  jobId: string,
  attemptId: string,
  limit: number,
): Promise<EventView[]> {
  const rows = await db
    .selectFrom('events')
    .select(columns)
    .where('job_id', '=', jobId)
    .where('attempt_id', '=', attemptId)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(toView)
}

/** Returns the last `limit` events that are relevant to a person, oldest first; those of sessions are left out. */
export async function readMessages(
  db: Reader,
  jobId: string,
  limit: number,
): Promise<{ timestamp: string; phase: Phase; message: string }[]> {
  const rows = await db
    .selectFrom('events')
    .select(['at', 'phase', 'message'])
    .where('job_id', '=', jobId)
    .where('type', 'not like', 'session.%')
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.toReversed().map(({ at, phase, message }) => ({ timestamp: toIso(at), phase, message }))
}

function toView(row: Pick<Selectable<EventsTable>, (typeof columns)[number]>): EventView {
  return { ...row, at: toIso(row.at), data: fromJson(row.data) }
}
