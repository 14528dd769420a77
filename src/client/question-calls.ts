import { JobView } from '../contract/job.ts'
import { QuestionList, type QuestionView } from '../contract/question.ts'
import { requestJson, type Endpoint } from './request.ts'

/** API calls for the questions that agents ask people. */
export interface QuestionCalls {
  /** Returns all questions, oldest first; open ones have no `outcome`. */
  questions(jobId: string): Promise<QuestionView[]>
  answerQuestion(jobId: string, id: string, text: string): Promise<JobView>
}

export function questionCalls(endpoint: Endpoint): QuestionCalls {
  const pathOf = (jobId: string): string => `/api/jobs/${encodeURIComponent(jobId)}`
  return {
    questions: async (jobId) =>
      (await requestJson(endpoint, `${pathOf(jobId)}/questions`, QuestionList)).questions,
    answerQuestion: (jobId, id, text) =>
      requestJson(endpoint, `${pathOf(jobId)}/answer`, JobView, {
        method: 'POST',
        json: { question_id: id, text },
      }),
  }
}
