import { updateAttempt, type AttemptChange, type AttemptTask } from '../../store/attempts.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateAgent, type AgentChange } from '../../store/team.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'

/** New facts about a session: columns of its attempt and its agent, and the event that describes them. */
export interface SessionNote extends Pick<NewEvent, 'type' | 'message'> {
  readonly change?: AttemptChange
  readonly agent?: AgentChange
}

/** Writes new facts about a session, with their event. Throws when this worker has lost the work. */
export async function noteSession(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  { change = {}, agent = {}, type, message }: SessionNote,
): Promise<void> {
  const written = await underLease(engine.db, claim, async ({ trx, append }) => {
    await updateAttempt(trx, attempt.id, change)
    await updateAgent(trx, attempt.agent_id, agent)
    const data = { ...change, ...agent }
    await append([{ type, actor: 'server', taskId: attempt.task_id, attemptId: attempt.id, message, data }])
    return true
  })
  if (written === null) throw new Error('The work was given to another worker.')
}
