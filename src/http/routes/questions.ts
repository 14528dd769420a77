import type { OpenAPIHono } from '@hono/zod-openapi'
import { JobView } from '../../contract/job.ts'
import { QuestionAnswer, QuestionList } from '../../contract/question.ts'
import type { HttpDeps } from '../deps.ts'
import { errors, idParams, ok } from '../describe.ts'
import { invalid } from '../errors.ts'
import { idOf } from '../params.ts'
import { readJson } from '../read-body.ts'

/** Routes of the questions that agents ask people, and the answers. */
export function questionRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/jobs/{id}/questions',
    summary: 'What the agents of a job have asked people, and what was answered',
    request: { params: idParams },
    responses: { 200: ok(QuestionList, 'The questions, oldest first.'), ...errors },
  })
  app.get('/api/jobs/:id/questions', async (c) => c.json(await deps.questions.list(idOf(c))))

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/jobs/{id}/answer',
    summary: 'Answer a question of an agent',
    request: {
      params: idParams,
      body: { content: { 'application/json': { schema: QuestionAnswer } } },
    },
    responses: { 202: ok(JobView, 'Accepted; the job as it is now.'), ...errors },
  })
  app.post('/api/jobs/:id/answer', async (c) => {
    const id = idOf(c)
    const answer = QuestionAnswer.safeParse(await readJson(c, deps.limits.bodyBytes))
    if (!answer.success) throw invalid(answer.error, 'answer')
    return c.json(await deps.questions.answer(id, answer.data), 202)
  })
}
