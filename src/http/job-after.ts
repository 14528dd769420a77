import type { JobView } from '../contract/job.ts'
import type { ServerParts } from './server-parts.ts'

/** Returns the job after a person's change. */
export async function jobAfter(
  { viewJob }: Pick<ServerParts, 'viewJob'>,
  id: string,
  change: Promise<void>,
): Promise<JobView> {
  await change
  return viewJob(id)
}
