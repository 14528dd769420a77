import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeJob, underLock } from '../../../test/helpers/stored-job.ts'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../store/database/database.ts'
import { insertDocument } from '../../store/documents.ts'
import { acceptJob } from './accept-job.ts'
import type { Creation } from './create-job.ts'
import { openViewJob } from './view-job.ts'

let db: Database

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())

const input = { vision: 'a counter' }

/** A job that a worker took up before its creator could look at it. */
function takenUp(): Promise<string> {
  return storeJob(db, {}, { status: 'running', phase: 'planning', progress: 10, started_at: new Date() })
}

it('shows a new job as it was accepted, even if a worker has already changed it', async () => {
  const id = await takenUp()
  const parts = {
    engine: { db },
    viewJob: openViewJob({ db }),
    createJob: async () => ({ id, replayed: false }),
  }
  expect(await acceptJob(parts, { input, documents: [], idempotencyKey: null })).toMatchObject({
    id,
    job_id: id,
    status: 'queued',
    current_phase: 'queued',
    progress: 0,
    started_at: null,
    wait: null,
    documents: [],
  })
})

it('shows a job that was accepted before in its current state, with its documents', async () => {
  const id = await takenUp()
  const document = { id: newId(), name: 'a.txt', mediaType: 'text/plain', content: Buffer.from('x') }
  await underLock(db, id, (trx) => insertDocument(trx, id, document))
  const parts = {
    engine: { db },
    viewJob: openViewJob({ db }),
    createJob: async () => ({ id, replayed: true }),
  }
  expect(await acceptJob(parts, { input, documents: [], idempotencyKey: 'once' })).toMatchObject({
    status: 'running',
    progress: 10,
    documents: [{ id: document.id }],
  })
})

it('gives each document its own id', async () => {
  const id = await takenUp()
  const created: Creation[] = []
  const parts = {
    engine: { db },
    viewJob: openViewJob({ db }),
    createJob: async (creation: Creation) => {
      created.push(creation)
      return { id, replayed: false }
    },
  }
  const document = { name: 'a.txt', mediaType: 'text/plain', content: Buffer.from('x') }
  await acceptJob(parts, { input, documents: [document, document], idempotencyKey: null })
  const ids = created.flatMap(({ documents }) => documents.map((one) => one.id))
  expect(new Set(ids).size).toBe(2)
})

it('concurrent look-ups each find their own job, or none', async () => {
  const viewJob = openViewJob({ db })
  const [one, two] = [await storeJob(db), await storeJob(db)]
  const none = newId()
  const found = await Promise.allSettled([one, none, two, one].map(viewJob))
  expect(found.map((read) => (read.status === 'fulfilled' ? read.value.id : String(read.reason)))).toEqual([
    one,
    `AppError: There is no job ${none}.`,
    two,
    one,
  ])
})
