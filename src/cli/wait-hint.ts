/** What a person can do about a job that waits for them, in the words of the command line. */
import type { JobView } from '../client/views.ts'
import { shortId } from './job-id.ts'

/** Null when the job does not wait for a person. */
export function waitHint(job: Pick<JobView, 'id' | 'wait'>): string[] | null {
  const id = shortId(job.id)
  if (job.wait?.for === 'permission')
    return [
      'An agent waits for you. In another terminal:',
      `  slipway permissions ${id}          what it asks for`,
      `  slipway allow ${id}                let it happen`,
      `  slipway deny ${id}                 refuse it`,
    ]
  if (job.wait?.for !== 'approval') return null
  return [
    'The plan waits for you. In another terminal:',
    `  slipway plan ${id}                 read it (--edit changes it)`,
    `  slipway approve ${id}              build it`,
    `  slipway reject ${id} --note "..."  send it back`,
  ]
}
