import { z } from 'zod'
import { PlainText } from '../plain-text.ts'

/**
 * One immutable fact about a job. `actor` is `server`, `person` or `agent:<name>`. `seq` counts from 1 within the job
 * without gaps; `message` describes the event in words; `data` holds details for programs (event-data.ts has the
 * shapes that are written; a reader does not rely on them).
 */
export const EventView = z.object({
  seq: z.int(),
  at: z.string(),
  type: z.string(),
  actor: z.string(),
  task_id: z.uuid().nullable(),
  attempt_id: z.uuid().nullable(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
})
export type EventView = z.infer<typeof EventView>
/** A comma-separated list of types (`task.created`) or prefixes (`task.*`). */
const EventTypes = PlainText.max(500).regex(
  /^[a-z_]+\.(\*|[a-z_]+)(,[a-z_]+\.(\*|[a-z_]+))*$/,
  'name types like "task.created" or "task.*", separated by commas',
)
const Seq = z.coerce.number().int().max(2_000_000_000)

/**
 * Selects events of a job: with `before`, the newest `limit` events below it (a page of the past); otherwise the first
 * `limit` events after `after`. Always oldest first. The other fields filter the result.
 */
export const EventQuery = z.strictObject({
  after: Seq.min(0).default(0),
  before: Seq.min(1).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  type: EventTypes.optional(),
  task_id: z.uuid().optional(),
  attempt_id: z.uuid().optional(),
})
export type EventQuery = z.infer<typeof EventQuery>

export const EventList = z.object({ events: z.array(EventView) })
