import type { EventView } from '../../src/contract/event.ts'
import type { JobView } from '../../src/contract/job.ts'
import type { TestServer } from './server.ts'
import { until } from './until.ts'

type Followed = Pick<TestServer, 'client'>

/** Resolves with the job when it has ended, however it did; looks every `everyMs`. */
export function endOf({ client }: Followed, id: string, ms = 110_000, everyMs?: number): Promise<JobView> {
  return until(
    `the end of job ${id}`,
    ms,
    async () => {
      const job = await client.getJob(id)
      return job.completed_at === null ? null : job
    },
    everyMs,
  )
}

/** What was told of a job with this type, oldest first. */
export async function eventsOf({ client }: Followed, id: string, type: string): Promise<EventView[]> {
  return (await client.events(id, 0)).filter((event) => event.type === type)
}
