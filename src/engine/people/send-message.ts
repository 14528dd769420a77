import type { NewMessage } from '../../contract/person.ts'
import { isTerminal } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { newId } from '../../lib/ids.ts'
import { insertMessage, readRecipient } from '../../store/messages.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'

/** Stores a person's message to an agent until that agent's next turn. The event says how it will be delivered. */
export async function sendMessage(engine: Engine, id: string, { agent_id, text }: NewMessage): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    if (isTerminal(job.status) || job.cancel_requested_at !== null)
      throw new AppError(
        'job_over',
        `The job is ${isTerminal(job.status) ? job.status : 'being cancelled'}: none of its agents will read a message.`,
      )
    const recipient = await readRecipient(trx, id, agent_id)
    if (recipient === null)
      throw new AppError('not_found', `The job has no agent ${agent_id}: its agents are in /agents.`)
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
