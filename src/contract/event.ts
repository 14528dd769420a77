import { z } from 'zod'

/**
 * One immutable fact about a job. `actor` is `server`, `person` or `agent:<name>`. `seq` counts from 1 within the job without gaps; `message` is the event in words;
 * `data` holds what a program may want to know (shapes in docs/api.md).
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
export const EventList = z.object({ events: z.array(EventView) })
