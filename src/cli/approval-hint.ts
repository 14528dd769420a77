/** What a person can do at the gate of a plan, in the words of the command line. */
import type { JobView } from '../client/views.ts'
import { shortId } from './job-id.ts'

/** Null when the job does not wait for approval. */
export function approvalHint(job: Pick<JobView, 'id' | 'wait'>): string[] | null {
  if (job.wait?.for !== 'approval') return null
  const id = shortId(job.id)
  return [
    'The plan waits for you. In another terminal:',
    `  slipway plan ${id}                 read it (--edit changes it)`,
    `  slipway approve ${id}              build it`,
    `  slipway reject ${id} --note "..."  send it back`,
  ]
}
