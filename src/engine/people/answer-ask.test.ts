import { afterAll, beforeAll, expect, it } from 'vitest'
import { askOf, openAskingEngine, type AskingEngine } from '../../../test/helpers/asking.ts'
import { newId } from '../../lib/ids.ts'
import { permissionAsk, questionAsk } from '../ask.ts'
import { answerPermission } from './answer-permission.ts'
import { answerQuestion } from './answer-question.ts'

let engine: AskingEngine

beforeAll(async () => {
  engine = await openAskingEngine()
})
afterAll(() => engine.close())

it('a permission is answered once, with the choice of the person', async () => {
  const { work, id, jobId, wait, lastEvent } = await askOf(engine, permissionAsk)
  const waiting = wait()
  await answerPermission(engine, jobId, id, { option: 'yes' })
  expect(await waiting).toMatchObject({ outcome: 'allowed', option_id: 'yes', actor: 'person' })
  expect(await lastEvent()).toMatchObject({
    actor: 'person',
    task_id: work.task_id,
    message: 'Developer was allowed this ("Allow"): Run it',
    data: { permission_id: id, outcome: 'allowed', option_id: 'yes' },
  })
  const again = { code: 'permission_closed', message: 'It has been allowed already.' }
  await expect(answerPermission(engine, jobId, id, { option: 'no' })).rejects.toMatchObject(again)
  await expect(answerPermission(engine, jobId, newId(), { option: 'no' })).rejects.toMatchObject({
    code: 'not_found',
  })
})

it('a question is answered once', async () => {
  const { id, jobId, wait, lastEvent } = await askOf(engine, questionAsk)
  const waiting = wait()
  await answerQuestion(engine, jobId, { question_id: id, text: 'Spaces.' })
  expect(await waiting).toMatchObject({ outcome: 'answered', answer: 'Spaces.' })
  expect(await lastEvent()).toMatchObject({
    type: 'question.answered',
    message: 'Developer asked "Tabs?" and was answered: Spaces.',
  })
  await expect(answerQuestion(engine, jobId, { question_id: id, text: 'Tabs.' })).rejects.toMatchObject({
    code: 'question_closed',
    message: 'It has been answered already.',
  })
})
