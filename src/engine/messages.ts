import type { NewMessage } from '../contract/person.ts'
import { isTerminal } from '../domain/job.ts'
import type { Feedback } from '../domain/model.ts'
import { AppError } from '../lib/app-error.ts'
import { newId } from '../lib/ids.ts'
import type { AttemptTask } from '../store/attempts.ts'
import {
  earlierMessages,
  insertMessage,
  readRecipient,
  takeMessages,
  type Message,
} from '../store/messages.ts'
import type { Claim } from './claim.ts'
import type { Engine } from './engine.ts'
import { personAct, underLease } from './job-transactions.ts'

/** Keeps a person's message to an agent until that agent's next turn. The event says how it will arrive. */
export async function sendMessage(engine: Engine, id: string, { agent_id, text }: NewMessage): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    if (isTerminal(job.status) || job.cancel_requested_at !== null)
      throw new AppError(
        409,
        'job_over',
        `The job is ${isTerminal(job.status) ? job.status : 'being cancelled'}: none of its agents will read a message.`,
      )
    const recipient = await readRecipient(trx, id, agent_id)
    if (recipient === null)
      throw new AppError(404, 'not_found', `The job has no agent ${agent_id}: its agents are in /agents.`)
    const message = { id: newId(), text }
    await insertMessage(trx, { ...message, jobId: id, agentId: agent_id })
    const delivery =
      recipient.attempt_id === null
        ? 'With its next attempt. If the job ends before, it stays undelivered.'
        : 'When its present turn ends, or with its next attempt. If the job ends before, it stays undelivered.'
    await append([
      {
        type: 'person.message',
        actor: 'person',
        taskId: recipient.task_id,
        attemptId: recipient.attempt_id,
        message: `To ${recipient.name}: ${text}`,
        data: { message_id: message.id, agent_id, text, delivery },
      },
    ])
  })
}

/** What the brief of an attempt carries of what people said: what waits now, and what the task was told before. */
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

/** What waits for an agent whose turn has just ended, in the order in which it was said. */
export async function messagesForTurn(engine: Engine, claim: Claim, attempt: AttemptTask): Promise<string[]> {
  return (await deliver(engine, claim, attempt, 'turn')).map((message) => message.text)
}

/** Delivered once: the mark and its event are one transaction, and only the holder of the lease makes it. */
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
