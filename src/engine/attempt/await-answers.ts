import type { AttemptTask } from '../../store/attempts.ts'
import { openQuestions } from '../../store/questions.ts'
import { updateAgent } from '../../store/team.ts'
import { questionAsk } from '../ask.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'
import { awaitPerson } from './ask-person.ts'

/**
 * Waits between two turns of a session, without its slot, until every question of the agent is answered, expired or
 * withdrawn. Answers arrive as messages; the return value lists notices for the agent about expired questions.
 */
export async function awaitAnswers(engine: Engine, claim: Claim, attempt: AttemptTask): Promise<string[]> {
  const open = await openQuestions(engine.db.reader, attempt.id)
  if (open.length === 0) return []
  await showWaiting(engine, claim, attempt, 'waiting')
  const reclaimSlot = engine.running.slots.lend()
  const unanswered: string[] = []
  try {
    for (const { id, deadline } of open) {
      const awaited = { id, until: Date.parse(deadline), signal: claim.signal }
      const question = await awaitPerson(engine, claim, questionAsk, awaited)
      if (question?.outcome === 'expired')
        unanswered.push(
          `Nobody answered your question "${question.question}" in time: decide yourself, and write down what you decided.`,
        )
    }
  } finally {
    reclaimSlot()
  }
  await showWaiting(engine, claim, attempt, 'working')
  return unanswered
}

/** Records that the agent of an attempt waits for answers, or that it works again. */
async function showWaiting(
  engine: Engine,
  claim: Claim,
  { agent, agent_id, id, task_id }: AttemptTask,
  status: 'waiting' | 'working',
): Promise<void> {
  await underLease(engine.db, claim, async ({ trx, append }) => {
    await updateAgent(trx, agent_id, { status })
    await append([
      {
        type: status === 'waiting' ? 'attempt.waiting' : 'attempt.resumed',
        actor: 'server',
        taskId: task_id,
        attemptId: id,
        message: status === 'waiting' ? `${agent} is waiting for an answer.` : `${agent} is working again.`,
      },
    ])
  })
}
