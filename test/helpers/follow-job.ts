import type { z } from 'zod'
import { eventData } from '../../src/contract/events/event-data.ts'
import type { EventView } from '../../src/contract/events/event.ts'
import type { JobView } from '../../src/contract/job.ts'
import type { TestServer } from './server.ts'
import { until } from './until.ts'

type Followed = Pick<TestServer, 'client'>

/**
 * Resolves with the job when it has ended, with any outcome; polls every `everyMs`. Throws when the data of one of its
 * events do not match the contract.
 */
export async function endOf(
  { client }: Followed,
  id: string,
  ms = 110_000,
  everyMs?: number,
): Promise<JobView> {
  const ended = await until(
    `the end of job ${id}`,
    ms,
    async () => {
      const job = await client.getJob(id)
      return job.completed_at === null ? null : job
    },
    everyMs,
  )
  for (const event of await client.events(id, 0)) requireShape(event)
  return ended
}

const shapes: ReadonlyMap<string, z.ZodObject> = new Map(Object.entries(eventData))

function requireShape({ type, data }: EventView): void {
  const checked = shapes.get(type)?.strict().safeParse(data)
  if (checked?.success !== true)
    throw new Error(`${type} says ${JSON.stringify(data)}: ${checked?.error.message ?? 'no such type'}`)
}

/** The messages of a job's events of this type, oldest first. */
export async function eventsOf({ client }: Followed, id: string, type: string): Promise<EventView[]> {
  return (await client.events(id, 0)).filter((event) => event.type === type)
}
