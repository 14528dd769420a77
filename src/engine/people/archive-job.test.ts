import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journalOf, storeJob } from '../../../test/helpers/stored-job.ts'
import { openTestEngine, type TestEngine } from '../../../test/helpers/test-engine.ts'
import { JobQuery } from '../../contract/job.ts'
import { newId } from '../../lib/ids.ts'
import { listJobs } from '../../store/views/job-views.ts'
import { readJob } from '../../store/jobs.ts'
import type { Engine } from '../engine.ts'
import { archiveJob } from './archive-job.ts'

let opened: TestEngine
let engine: Engine

beforeAll(async () => {
  opened = await openTestEngine()
  ;({ engine } = opened)
})
afterAll(() => opened.close())

async function isListed(id: string, archived: boolean): Promise<boolean> {
  const { jobs } = await listJobs(engine.db.reader, JobQuery.parse({ archived: String(archived) }))
  return jobs.some((job) => job.id === id)
}

describe('archiving a job', () => {
  it.each(['completed', 'failed', 'cancelled'] as const)(
    'that is %s hides it from the lists with one event, and can be undone',
    async (status) => {
      const id = await storeJob(engine.db, {}, { status })
      await archiveJob(engine, id, true)
      await archiveJob(engine, id, true)
      expect([await isListed(id, false), await isListed(id, true)]).toEqual([false, true])
      expect(await readJob(engine.db.reader, id)).toMatchObject({ status })
      await archiveJob(engine, id, false)
      await archiveJob(engine, id, false)
      expect([await isListed(id, false), await isListed(id, true)]).toEqual([true, false])
      expect(await journalOf(engine.db, id)).toEqual(['person job.archived', 'person job.unarchived'])
    },
  )

  it.each(['queued', 'running', 'waiting'] as const)('that is %s is refused', async (status) => {
    const id = await storeJob(engine.db, {}, { status })
    await expect(archiveJob(engine, id, true)).rejects.toMatchObject({ code: 'job_not_ended' })
    await archiveJob(engine, id, false)
    expect(await isListed(id, false)).toBe(true)
    expect(await journalOf(engine.db, id)).toEqual([])
  })

  it('that does not exist is refused by name', async () => {
    await expect(archiveJob(engine, newId(), true)).rejects.toMatchObject({ code: 'not_found' })
  })
})
