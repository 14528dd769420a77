import type { QuestionAnswer, QuestionView } from '../../contract/question.ts'
import { AppError } from '../../lib/app-error.ts'
import { newId } from '../../lib/ids.ts'
import { notify } from '../../store/channels.ts'
import { insertMessage } from '../../store/messages.ts'
import { notePersonWait } from '../../store/person-wait.ts'
import { closeQuestion, readQuestion } from '../../store/questions.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'
import { answersChannel } from '../permission-answers.ts'

/** Stores a person's answer to an agent's question. It is delivered to the agent as a message. Throws `AppError`. */
export async function answerQuestion(
  engine: Engine,
  jobId: string,
  { question_id: id, text }: QuestionAnswer,
): Promise<void> {
  await personAct(engine.db, jobId, async ({ trx, append }) => {
    const found = await readQuestion(trx, jobId, id)
    if (found === null)
      throw new AppError('not_found', `The job has no question ${id}: they are in /questions.`)
    const { question, agentId } = found
    requireOpen(question)
    await closeQuestion(trx, id, { outcome: 'answered', answer: text, actor: 'person' })
    await notePersonWait(trx, jobId)
    const message = `Your question "${question.question}" is answered: ${text}`
    await insertMessage(trx, { id: newId(), jobId, agentId, text: message })
    await append([
      {
        type: 'question.answered',
        actor: 'person',
        taskId: question.task_id,
        attemptId: question.attempt_id,
        message: `${question.agent} asked "${question.question}" and was answered: ${text}`,
        data: { question_id: id, answer: text },
      },
    ])
    notify(trx, answersChannel, id)
  })
}

function requireOpen({ outcome }: QuestionView): void {
  if (outcome === null) return
  const words = {
    answered: 'It has been answered already.',
    expired: 'Its time was over, so the agent decided itself.',
    withdrawn: 'The session that asked has ended; if its work goes on, it may ask again.',
  }
  throw new AppError('question_closed', words[outcome])
}
