import type { BriefFeedback } from '../../contract/brief.ts'
import { sessionDigest } from '../../roles/session-digest.ts'
import { brokenAttemptBefore, type AttemptTask } from '../../store/attempts.ts'
import { readAttemptEvents } from '../../store/events.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'

/** The maximum number of events of an earlier session that are summarised for its successor. */
const EVENTS = 2000

/**
 * Returns a summary of the previous session when it was interrupted, because a new process knows nothing of it and agents'
 * own session storage is not relied on. Empty when there is nothing to report.
 */
export async function earlierSession(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
): Promise<BriefFeedback[]> {
  const { reader } = engine.db
  const before = await brokenAttemptBefore(reader, attempt.id)
  if (before === null) return []
  const log = sessionDigest(await readAttemptEvents(reader, claim.job.id, before, EVENTS))
  if (log === '') return []
  return [
    {
      kind: 'note',
      summary:
        'This is the recorded work of the previous attempt. Continue from there, and do not repeat what is done.',
      log,
    },
  ]
}
