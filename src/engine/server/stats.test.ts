import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeAttempted, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import type { Database } from '../../store/database/database.ts'
import { readStats } from './stats.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

it("counts people's jobs, and not those of the server itself", async () => {
  await storeJob(db)
  await storeAttempted(db)
  await storeAttempted(db, { isHidden: true })
  const stats = await readStats({ db, limits: { slots: 3 } }, Date.now() - 5000)
  expect(stats).toMatchObject({
    jobs: { queued: 1, running: 1 },
    tasks: { running: 1 },
    slots: { total: 3, busy: 0 },
    usage: { input_tokens: 0, cost_usd: null },
  })
  expect(stats.uptime_seconds).toBeGreaterThanOrEqual(5)
})
