import type { BriefFeedback } from '../../contract/brief.ts'
import { sessionDigest } from '../../roles/session-digest.ts'
import { brokenAttemptBefore, type AttemptTask } from '../../store/attempts.ts'
import { readAttemptEvents } from '../../store/events.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'

/** Events of a session that its successor is told about at most. */
const EVENTS = 2000

/**
 * What the session before this one did, when it was broken off: a new process knows nothing of it, and what agents keep
 * of their sessions is not relied on. Empty when there is nothing to tell.
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
        'This is what the attempt before had done by then, as it was recorded. Go on from there; do not do again what is done.',
      log,
    },
  ]
}
