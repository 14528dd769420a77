import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeJob, underLock } from '../../test/helpers/stored-job.ts'
import { openTestStore } from '../../test/helpers/test-store.ts'
import type { Plan } from '../contract/plan.ts'
import type { Database } from './database/database.ts'
import { readPlans, savePlans } from './plans.ts'

let db: Database
const plan: Plan = { title: 'A plan', summary: '', tasks: [], checks: ['true'] }

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

it('a job has no plan at first', async () => {
  expect(await readPlans(db.reader, await storeJob(db))).toEqual({ proposed: null, adopted: null })
})

it('a plan and a proposal are written, replaced and removed independently', async () => {
  const id = await storeJob(db)
  const other = { ...plan, title: 'Another' }
  const save = (change: Parameters<typeof savePlans>[2]): Promise<void> =>
    underLock(db, id, (trx) => savePlans(trx, id, change))
  await save({ proposed: plan })
  expect(await readPlans(db.reader, id)).toEqual({ proposed: plan, adopted: null })
  await save({ adopted: other })
  await save({ proposed: other })
  expect(await readPlans(db.reader, id)).toEqual({ proposed: other, adopted: other })
  await save({ proposed: null })
  expect(await readPlans(db.reader, id)).toEqual({ proposed: null, adopted: other })
})
