import type { EventContent } from '../../contract/events/event-data.ts'
import { updateAttempt, type AttemptChange, type AttemptTask } from '../../store/attempts.ts'
import { updateAgent, type AgentChange } from '../../store/team.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'

/** New facts about a session: columns of its attempt and its agent, and the event that describes them. */
export type SessionNote = EventContent<'session.prepared' | 'session.started' | 'session.model'> & {
  readonly change?: AttemptChange
  readonly agent?: AgentChange
}

/** Writes new facts about a session, with their event. Throws when this worker has lost the work. */
export async function noteSession(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  { change = {}, agent = {}, ...event }: SessionNote,
): Promise<void> {
  const written = await underLease(engine.db, claim, async ({ trx, append }) => {
    await updateAttempt(trx, attempt.id, change)
    await updateAgent(trx, attempt.agent_id, agent)
    await append([{ ...event, actor: 'server', taskId: attempt.task_id, attemptId: attempt.id }])
    return true
  })
  if (written === null) throw new Error('The work was given to another worker.')
}
