import type { QuestionAnswer } from '../../contract/question.ts'
import { newId } from '../../lib/ids.ts'
import { insertMessage } from '../../store/messages.ts'
import { closeQuestion } from '../../store/questions.ts'
import { questionAsk } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { answerAsk } from './answer-ask.ts'

/** Stores a person's answer to an agent's question. It is delivered to the agent as a message. Throws `AppError`. */
export async function answerQuestion(
  engine: Pick<Engine, 'db'>,
  jobId: string,
  { question_id: id, text }: QuestionAnswer,
): Promise<void> {
  await answerAsk(engine, { jobId, id }, questionAsk, async (trx, { agent, question }, agentId) => {
    await closeQuestion(trx, id, { outcome: 'answered', answer: text, actor: 'person' })
    const message = `Your question "${question}" is answered: ${text}`
    await insertMessage(trx, { id: newId(), jobId, agentId, text: message })
    return {
      type: 'question.answered',
      message: `${agent} asked "${question}" and was answered: ${text}`,
      data: { question_id: id, answer: text },
    }
  })
}
