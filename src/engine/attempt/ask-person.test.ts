import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimedAttempt } from '../../../test/helpers/claimed-attempt.ts'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import type { EventContent } from '../../contract/event-data.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { openLog } from '../../lib/log.ts'
import { readAttempt, type AttemptTask } from '../../store/attempts.ts'
import type { Database } from '../../store/database.ts'
import { readEvents } from '../../store/events.ts'
import { readJob } from '../../store/jobs.ts'
import { openDatabase } from '../../store/open-database.ts'
import { insertPermission } from '../../store/permissions.ts'
import { insertQuestion } from '../../store/questions.ts'
import { endWork, type WorkRow } from '../../store/work.ts'
import { permissionAsk, questionAsk, type Ask, type AskKind } from '../ask.ts'
import { serverAct } from '../job-transactions.ts'
import { answerPermission } from '../people/answer-permission.ts'
import { answerQuestion } from '../people/answer-question.ts'
import { openAnswers, type Answers } from '../permission-answers.ts'
import { awaitPerson, putToPerson } from './ask-person.ts'

let engine: { readonly db: Database; readonly answers: Answers }

beforeAll(async () => {
  const db = await openDatabase({ dataDir: makeDir('slipway-asks-'), url: null, log: openLog('silent') })
  engine = { db, answers: await openAnswers(db) }
})
afterAll(async () => {
  await engine.answers.close()
  await engine.db.close()
})

const options = [
  { id: 'yes', name: 'Allow', kind: 'allow_once' as const },
  { id: 'no', name: 'Refuse', kind: 'reject_once' as const },
]
const deadline = new Date(clock.now() + 3_600_000)

interface Asked {
  readonly claim: { readonly work: WorkRow; readonly lease: number }
  readonly jobId: string
  readonly id: string
}

/** Puts a permission request or a question to a person, from an attempt of its own. */
async function ask(kind: AskKind<Ask>): Promise<Asked> {
  const claim = await claimedAttempt(engine.db)
  const attempt = await readAttempt(engine.db.reader, claim.work.attempt_id ?? '')
  if (attempt === null) throw new Error('there is no attempt')
  const jobId = claim.work.job_id
  const id = newId()
  const put = kind === permissionAsk ? permission(jobId, attempt, id) : question(jobId, attempt, id)
  expect(await putToPerson(engine, claim, attempt, put)).toBe(true)
  return { claim, jobId, id }
}

type Put = Parameters<typeof putToPerson>[3]

const ofAttempt = (attempt: AttemptTask) => ({
  task_id: attempt.task_id,
  attempt_id: attempt.id,
  agentId: attempt.agent_id,
  deadline,
})

function permission(jobId: string, attempt: AttemptTask, id: string): Put {
  const request = { id, jobId, title: 'Run it', kind: 'execute', options, input: null }
  const event: EventContent = {
    type: 'permission.asked',
    message: 'May it run?',
    data: { permission_id: id, title: 'Run it', kind: 'execute', options, deadline: isoTime(deadline) },
  }
  return { insert: (trx) => insertPermission(trx, { ...ofAttempt(attempt), ...request }), event }
}

function question(jobId: string, attempt: AttemptTask, id: string): Put {
  const request = { id, jobId, question: 'Tabs?', choices: [] }
  const event: EventContent = {
    type: 'question.asked',
    message: 'Tabs?',
    data: { question_id: id, question: 'Tabs?', choices: [], deadline: isoTime(deadline) },
  }
  return { insert: (trx) => insertQuestion(trx, { ...ofAttempt(attempt), ...request }), event }
}

const awaited = (id: string, rest: { until?: number; signal?: AbortSignal } = {}) => ({
  id,
  until: deadline.getTime(),
  signal: new AbortController().signal,
  ...rest,
})

async function lastEvent(jobId: string) {
  return (await readEvents(engine.db.reader, jobId, 0, 100)).at(-1)
}

async function isWaitingForPerson(jobId: string): Promise<boolean> {
  return (await readJob(engine.db.reader, jobId))?.person_since !== null
}

describe.each([
  { name: 'a permission', kind: permissionAsk, ended: 'permission.answered' },
  { name: 'a question', kind: questionAsk, ended: 'question.closed' },
] as { name: string; kind: AskKind<Ask>; ended: string }[])('$name', ({ kind, ended }) => {
  it('expires when its time is over', async () => {
    const { claim, jobId, id } = await ask(kind)
    expect(await isWaitingForPerson(jobId)).toBe(true)
    const over = await awaitPerson(engine, claim, kind, awaited(id, { until: clock.now() - 1 }))
    expect(over).toMatchObject({ id, outcome: 'expired' })
    expect(await lastEvent(jobId)).toMatchObject({
      type: ended,
      actor: 'server',
      data: { outcome: 'expired' },
    })
    expect(await isWaitingForPerson(jobId)).toBe(false)
  })

  it('is withdrawn when its session ends', async () => {
    const { claim, id, jobId } = await ask(kind)
    const stop = new AbortController()
    const waiting = awaitPerson(engine, claim, kind, awaited(id, { signal: stop.signal }))
    stop.abort()
    expect(await waiting).toMatchObject({ outcome: 'withdrawn' })
    expect(await lastEvent(jobId)).toMatchObject({ type: ended, data: { outcome: 'withdrawn' } })
  })

  it('is of no use to a worker that has lost the work', async () => {
    const { claim, id, jobId } = await ask(kind)
    await serverAct(engine.db, jobId, ({ trx }) => endWork(trx, claim.work.id, null, 'lost', null))
    expect(await awaitPerson(engine, claim, kind, awaited(id))).toBeNull()
  })
})

it('a permission is what the person chose, once', async () => {
  const { claim, id, jobId } = await ask(permissionAsk)
  const waiting = awaitPerson(engine, claim, permissionAsk, awaited(id))
  await answerPermission(engine, jobId, id, { option: 'yes' })
  expect(await waiting).toMatchObject({ outcome: 'allowed', option_id: 'yes', actor: 'person' })
  expect(await lastEvent(jobId)).toMatchObject({
    actor: 'person',
    task_id: claim.work.task_id,
    message: 'Developer was allowed this ("Allow"): Run it',
    data: { permission_id: id, outcome: 'allowed', option_id: 'yes' },
  })
  const again = { code: 'permission_closed', message: 'It has been allowed already.' }
  await expect(answerPermission(engine, jobId, id, { option: 'no' })).rejects.toMatchObject(again)
  await expect(answerPermission(engine, jobId, newId(), { option: 'no' })).rejects.toMatchObject({
    code: 'not_found',
  })
})

it('a question is answered, once', async () => {
  const { claim, id, jobId } = await ask(questionAsk)
  const waiting = awaitPerson(engine, claim, questionAsk, awaited(id))
  await answerQuestion(engine, jobId, { question_id: id, text: 'Spaces.' })
  expect(await waiting).toMatchObject({ outcome: 'answered', answer: 'Spaces.' })
  expect(await lastEvent(jobId)).toMatchObject({
    type: 'question.answered',
    message: 'Developer asked "Tabs?" and was answered: Spaces.',
  })
  await expect(answerQuestion(engine, jobId, { question_id: id, text: 'Tabs.' })).rejects.toMatchObject({
    code: 'question_closed',
    message: 'It has been answered already.',
  })
})
