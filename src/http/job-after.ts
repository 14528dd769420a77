import type { JobView } from '../contract/job.ts'
import type { ServerParts } from './server-parts.ts'

/** Returns the job as it is after a person's act. */
export async function jobAfter(
  { viewJob }: Pick<ServerParts, 'viewJob'>,
  id: string,
  act: Promise<void>,
): Promise<JobView> {
  await act
  return viewJob(id)
}
