import type { JobSummary } from '../../src/contract/job.ts'
import { needsPerson } from '../../src/contract/words.ts'
import type { StatusWord } from './status.ts'

/** The state of a job to somebody who looks: that it needs a person goes before what else it is doing. */
export function jobState(job: Pick<JobSummary, 'status' | 'wait'>): StatusWord {
  return needsPerson(job) ? 'needs_you' : job.status
}
