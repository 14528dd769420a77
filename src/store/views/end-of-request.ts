import type { AttemptStatus } from '../../contract/words.ts'
import type { Millis } from '../database/columns.ts'

/**
 * Returns the outcome of a request of an agent, and when it ended: an unanswered one is withdrawn when its attempt
 * ends. Both are null while it is open.
 */
export function endOfRequest<Outcome>(request: {
  readonly outcome: Outcome | null
  readonly answered_at: Millis | null
  readonly attempt_status: AttemptStatus
  readonly attempt_ended_at: Millis | null
}): { outcome: Outcome | 'withdrawn' | null; answered_at: Millis | null } {
  const { outcome, answered_at, attempt_status, attempt_ended_at } = request
  if (attempt_status === 'running') return { outcome, answered_at }
  return { outcome: outcome ?? 'withdrawn', answered_at: answered_at ?? attempt_ended_at }
}
