import { QuestionAnswer, QuestionList } from '../../contract/question.ts'
import { existingJob } from '../../engine/existing-job.ts'
import { answerQuestion } from '../../engine/people/answer-question.ts'
import { listQuestions } from '../../store/questions.ts'
import { accepted, ok } from '../answers.ts'
import { endpoint, type Endpoint } from '../endpoint.ts'
import { jobAfter } from '../job-after.ts'
import { JobId } from '../params.ts'
import type { ServerParts } from '../server-parts.ts'

/** Endpoints of the questions that agents ask people, and the answers. */
export function questionEndpoints(server: ServerParts): Endpoint[] {
  const { engine } = server
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/questions',
      summary: 'What the agents of a job have asked people, and what was answered',
      params: { id: JobId },
      answers: { 200: ok(QuestionList, 'The questions, oldest first.') },
      async handle({ params: { id } }) {
        await existingJob(engine, id)
        return { questions: await listQuestions(engine.db.reader, id) }
      },
    }),
    endpoint({
      method: 'post',
      path: '/api/jobs/{id}/answer',
      summary: 'Answer a question of an agent',
      params: { id: JobId },
      body: QuestionAnswer,
      answers: accepted,
      handle: ({ params: { id }, body }) => jobAfter(server, id, answerQuestion(engine, id, body)),
    }),
  ]
}
