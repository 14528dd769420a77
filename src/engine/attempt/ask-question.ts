import type { PersonAsked } from '../../contract/question.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { notePersonWait } from '../../store/person-wait.ts'
import { insertQuestion } from '../../store/questions.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'

/**
 * Puts an agent's question to a person. Does not wait: the answer becomes the agent's next prompt, so that no tool call
 * stays open for hours and no model is called in the meantime. Throws `AppError` when the job does not ask people or the
 * attempt is over.
 */
export async function askQuestion(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  { question, choices }: PersonAsked,
): Promise<void> {
  if (claim.job.permissions !== 'ask')
    throw new AppError(
      'nobody_attends',
      'Nobody is there to answer questions in this job: decide yourself, and write down what you decided.',
    )
  const id = newId()
  const deadline = new Date(clock.now() + engine.limits.permissionMs)
  const asked = await underLease(engine.db, claim, async ({ trx, job, append }) => {
    const about = { task_id: attempt.task_id, attempt_id: attempt.id }
    await insertQuestion(trx, {
      id,
      ...about,
      question,
      choices,
      jobId: job.id,
      agentId: attempt.agent_id,
      deadline,
    })
    await notePersonWait(trx, job.id)
    await append([
      {
        type: 'question.asked',
        actor: `agent:${attempt.agent}`,
        taskId: attempt.task_id,
        attemptId: attempt.id,
        message: `${attempt.agent} asks: ${question}`,
        data: { question_id: id, question, choices, deadline: deadline.toISOString() },
      },
    ])
    return id
  })
  if (asked === null) throw new AppError('attempt_over', 'This attempt is over: nobody is asked any more.')
}
