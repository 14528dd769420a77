import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeAttempt, storeAttempted, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../store/database/database.ts'
import { personAct } from '../job-transactions.ts'
import { viewAttempt, viewBudget, viewChecks, viewProgress } from './job-details.ts'
import { openViewJob } from './view-job.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

it('progress includes the last ten messages that concern a person', async () => {
  const id = await storeJob(db, {}, { status: 'running', progress: 40 })
  await personAct(db, id, async ({ append }) => {
    await append(
      Array.from({ length: 12 }, (_, index) => {
        const said = { actor: 'person', message: `event ${index}` }
        return index === 11
          ? { ...said, type: 'session.message' }
          : { ...said, type: 'job.phase', data: { phase: 'building' } }
      }),
    )
  })
  const { status, progress, last_message } = await viewProgress({ db }, await openViewJob({ db })(id))
  expect([status, progress]).toEqual(['running', 40])
  expect(last_message.map(({ message }) => message)).toEqual(
    Array.from({ length: 10 }, (_, index) => `event ${index + 1}`),
  )
})

it('an attempt includes its own output only', async () => {
  const { attemptId, ...place } = await storeAttempted(db)
  const other = await storeAttempt(db, place, { number: 2 })
  await personAct(db, place.jobId, async ({ append }) => {
    await append(
      [attemptId, other].map((id) => ({
        type: 'session.message',
        actor: 'agent:Developer',
        message: id,
        attemptId: id,
      })),
    )
  })
  const attempt = await viewAttempt({ db }, place.jobId, attemptId)
  expect([attempt.id, attempt.transcript.map(({ message }) => message)]).toEqual([attemptId, [attemptId]])
  await expect(viewAttempt({ db }, await storeJob(db), attemptId)).rejects.toMatchObject({
    message: `The job has no attempt ${attemptId}.`,
  })
})

it('a budget shows both limits, null where there is none', async () => {
  const limits = async (budget: { tokens?: number; usd?: number } | null): Promise<unknown> =>
    (await viewBudget({ db }, await storeJob(db, { budget }))).limit
  expect(await limits(null)).toEqual({ tokens: null, usd: null })
  expect(await limits({ usd: 2 })).toEqual({ tokens: null, usd: 2 })
})

it('the evidence explains why a job is not proven', async () => {
  const id = await storeJob(db, {}, { proof: 'unproven', proof_reason: 'there was no check' })
  expect(await viewChecks({ db }, id)).toEqual({
    proof: 'unproven',
    proof_reason: 'there was no check',
    checks: [],
    findings: [],
    left_out: [],
  })
})

it.each([viewChecks, viewBudget])('%o fails for a job that does not exist', async (view) => {
  await expect(view({ db }, newId())).rejects.toMatchObject({ code: 'not_found' })
})
