import type { JobSummary } from '../../src/contract/job.ts'
import { needsPerson } from '../../src/contract/words.ts'
import type { StatusWord } from './status.ts'

/** Returns the displayed state of a job: needing a person takes precedence over its status. */
export function jobState(job: Pick<JobSummary, 'status' | 'wait'>): StatusWord {
  return needsPerson(job) ? 'needs_you' : job.status
}
