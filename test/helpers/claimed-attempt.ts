import type { Claim } from '../../src/engine/claim.ts'
import { readAttempt, type AttemptTask } from '../../src/store/attempts.ts'
import type { Database } from '../../src/store/database/database.ts'
import type { NewJobRow } from '../../src/store/jobs.ts'
import { claimWork, storeAttempted, storeWork, type Attempted } from './stored-job.ts'

/** A running attempt with the claim that its runner has; `stop` ends it, as a cancel does. */
export interface ClaimedAttempt extends Attempted {
  readonly claim: Claim
  readonly attempt: AttemptTask
  readonly stop: AbortController
}

/** Stores a job whose one agent makes an attempt, and claims that. */
export async function claimAttempt(db: Database, given: Partial<NewJobRow> = {}): Promise<ClaimedAttempt> {
  const place = await storeAttempted(db, given)
  const { jobId, taskId, attemptId } = place
  await storeWork(db, jobId, { kind: 'attempt', taskId, attemptId })
  const stop = new AbortController()
  const claim = { ...(await claimWork(db, jobId)), signal: stop.signal }
  const attempt = await readAttempt(db.reader, attemptId)
  if (attempt === null) throw new Error('the attempt is gone')
  return { ...place, claim, attempt, stop }
}
