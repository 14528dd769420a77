import type { PersonAsked } from '../../contract/question.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { insertQuestion } from '../../store/questions.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { requestFromPerson } from './ask-person.ts'

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
      'Nobody answers questions in this job: decide yourself, and write down what you decided.',
    )
  const id = newId()
  const deadline = new Date(clock.now() + engine.limits.permissionMs)
  const of = { task_id: attempt.task_id, attempt_id: attempt.id, agentId: attempt.agent_id, deadline }
  const isStored = await requestFromPerson(engine, claim, attempt, {
    insert: (trx) => insertQuestion(trx, { ...of, id, question, choices, jobId: claim.job.id }),
    event: {
      type: 'question.asked',
      message: `${attempt.agent} asks: ${question}`,
      data: { question_id: id, question, choices, deadline: isoTime(deadline) },
    },
  })
  if (!isStored) throw new AppError('attempt_over', 'This attempt is over: it can ask no more questions.')
}
