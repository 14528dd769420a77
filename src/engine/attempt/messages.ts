import type { Feedback } from '../../domain/model.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { earlierMessages, takeMessages, type Message } from '../../store/messages.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'

/** Returns people's messages for the brief of an attempt: pending ones, and those delivered to the task before. */
export async function messagesForBrief(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
): Promise<Feedback[]> {
  const earlier = await earlierMessages(engine.db.reader, attempt.id)
  const waiting = await deliver(engine, claim, attempt, 'brief')
  return [...waiting.toReversed(), ...earlier.toReversed()].map(({ text }) => ({
    kind: 'note',
    summary: `A person says: ${text}`,
  }))
}

/** Delivers the pending messages to an agent whose turn has just ended, in the order in which they were sent. */
export async function messagesForTurn(engine: Engine, claim: Claim, attempt: AttemptTask): Promise<string[]> {
  return (await deliver(engine, claim, attempt, 'turn')).map((message) => message.text)
}

/** Takes the pending messages once: the delivery mark and its event are one transaction under the lease. */
async function deliver(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  by: 'brief' | 'turn',
): Promise<readonly Message[]> {
  const delivered = await underLease(engine.db, claim, async ({ trx, append }) => {
    const messages = await takeMessages(trx, attempt.agent_id, attempt.id)
    await append(
      messages.map((message) => ({
        type: 'message.delivered',
        actor: 'server',
        taskId: attempt.task_id,
        attemptId: attempt.id,
        message: `${attempt.agent} was told: ${message.text}`,
        data: { message_id: message.id, agent_id: attempt.agent_id, by },
      })),
    )
    return messages
  })
  return delivered ?? []
}
