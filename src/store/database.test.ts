import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newJobRow } from '../../test/helpers/new-job-row.ts'
import { JobQuery } from '../contract/job.ts'
import { newId } from '../lib/ids.ts'
import { openLog } from '../lib/log.ts'
import type { Database } from './database.ts'
import { makeDataDirectory, openDatabase } from './open-database.ts'
import { appendEvents, readEvents, type NewEvent } from './events.ts'
import { listJobs, readSummaries } from './job-views.ts'
import { countStatuses, insertJobs, lockJob, readUsage } from './jobs.ts'
import { jsonb } from './json.ts'
import { enqueueAdvance } from './queue.ts'
import { stuckJobs } from './work.ts'

let dataDir: string
let db: Database
const log = openLog('silent')

beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-store-'))
  db = await openDatabase({ dataDir, url: null, log })
})
afterAll(async () => {
  await db.close()
  fs.rmSync(dataDir, { recursive: true })
})

it('is one database, and none that others would be made from: a first start copies it all', async () => {
  const { rows } = await sql<{ datname: string }>`select datname from pg_database`.execute(db.reader)
  expect(rows).toEqual([{ datname: 'postgres' }])
})

it('forces every commit to disk', async () => {
  const before = db.fsyncs() ?? 0
  for (let n = 0; n < 5; n += 1) await db.tx((trx) => insertJobs(trx, [newJobRow()]))
  expect((db.fsyncs() ?? 0) - before).toBeGreaterThanOrEqual(5)
})

it('lets a query wait for a transaction instead of joining it', async () => {
  const row = newJobRow()
  const inside = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const transaction = db.tx(async (trx) => {
    await insertJobs(trx, [row])
    inside.resolve()
    await finish.promise
    throw new Error('roll back')
  })
  await inside.promise
  const outside = sql<{ n: number }>`select count(*)::int as n from jobs where id = ${row.id}`.execute(
    db.reader,
  )
  finish.resolve()
  await expect(transaction).rejects.toThrow('roll back')
  expect((await outside).rows).toEqual([{ n: 0 }])
})

it('runs transactions that begin together one after the other', async () => {
  const rows = Array.from({ length: 8 }, () => newJobRow())
  await Promise.all(rows.map((row) => db.tx((trx) => insertJobs(trx, [row]))))
  const { rows: found } = await sql<{
    n: number
  }>`select count(*)::int as n from jobs where id in (${sql.join(rows.map((row) => row.id))})`.execute(
    db.reader,
  )
  expect(found).toEqual([{ n: 8 }])
})

it('refuses a transaction inside a transaction', async () => {
  await expect(db.tx(() => db.tx(() => Promise.resolve(1)))).rejects.toThrow('already in a transaction')
})

/** Appends events to a job as everybody does: under its lock. */
async function append(id: string, events: readonly NewEvent[]): Promise<void> {
  await db.tx(async (trx) => {
    const locked = await lockJob(trx, id)
    if (locked === null) throw new Error(`no job ${id}`)
    await appendEvents(locked.trx, id, events)
  })
}

it('numbers events without gaps, also when writers race', async () => {
  const row = newJobRow()
  await db.tx((trx) => insertJobs(trx, [row]))
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      append(row.id, [
        { type: 'job.phase', actor: 'server', message: `a ${n}` },
        { type: 'task.ready', actor: 'server', message: `b ${n}` },
      ]),
    ),
  )
  const events = await readEvents(db.reader, row.id, 0, 100)
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1))
})

it('stores what agents print, NUL and broken Unicode included', async () => {
  const row = newJobRow()
  await db.tx((trx) => insertJobs(trx, [row]))
  await append(row.id, [
    {
      type: 'session.note',
      actor: 'agent:\u0000',
      message: 'a\u0000b\ud800',
      data: { ['\udfff']: ['\u0000', '\ud83d', String.raw`\u0000 \ud800`, '🚢'] },
    },
  ])
  const [, event] = await readEvents(db.reader, row.id, 0, 10)
  expect(event).toMatchObject({ actor: 'agent:\ufffd', message: 'a\ufffdb\ufffd' })
  expect(event?.data).toEqual({ '\ufffd': ['\ufffd', '\ufffd', String.raw`\u0000 \ud800`, '🚢'] })
})

it('stores such text in any column of any statement', async () => {
  const bad = 'a\u0000b\ud800'
  const { rows } = await sql<{ text: string; list: string[]; json: unknown; found: boolean }>`
    select ${bad}::text as text, ${[bad, 'c']}::text[] as list, ${jsonb({ [bad]: [bad] })} as json,
      'c' = any(${[bad, 'c']}::text[]) as found`.execute(db.reader)
  const good = 'a\ufffdb\ufffd'
  expect(rows).toEqual([{ text: good, list: [good, 'c'], json: { [good]: [good] }, found: true }])
})

it('finds an accepted job that nothing would move', async () => {
  const [moved, stuck] = [newJobRow(), newJobRow()]
  await db.tx(async (trx) => {
    await insertJobs(trx, [moved, stuck])
    await enqueueAdvance(db.boss, trx, [moved.id])
  })
  const found = await stuckJobs(db.reader)
  expect(found).toContain(stuck.id)
  expect(found).not.toContain(moved.id)
})

it('says what to do about a data directory that cannot be written', () => {
  const file = path.join(dataDir, 'a-file')
  fs.writeFileSync(file, '')
  expect(() => makeDataDirectory(path.join(file, 'below'))).toThrow(
    expect.objectContaining({
      code: 'data_dir_unusable',
      message: expect.stringContaining('--data-dir'),
    }),
  )
})

it('keeps hidden jobs out of lists, counts, sums and summaries', async () => {
  const query = JobQuery.parse({})
  const look = async () => ({
    total: (await listJobs(db.reader, query)).total,
    counts: await countStatuses(db.reader),
    used: await readUsage(db.reader, null),
  })
  const before = await look()
  const hidden = { ...newJobRow(), isHidden: true }
  await db.tx(async (trx) => {
    await insertJobs(trx, [hidden])
    const [agent, task] = [newId(), newId()]
    await sql`insert into agents (id, job_id, name, role, backend) values (${agent}, ${hidden.id}, 'a', 'developer', 'offline')`.execute(
      trx,
    )
    await sql`
      insert into tasks (id, job_id, key, kind, title, description, role, phase, status, position, depends_on, acceptance, checks, agent_id)
      values (${task}, ${hidden.id}, 'k', 'build', 't', 'd', 'developer', 'building', 'running', 0, '[]', '[]', '[]', ${agent})`.execute(
      trx,
    )
    await sql`
      insert into attempts (id, job_id, task_id, epoch, number, kind, agent_id, backend, status, input_tokens, created_at)
      values (${newId()}, ${hidden.id}, ${task}, 1, 1, 'work', ${agent}, 'offline', 'running', 7, now())`.execute(
      trx,
    )
  })
  expect(await look()).toEqual(before)
  expect(await readSummaries(db.reader, [hidden.id])).toEqual([])
  expect((await readUsage(db.reader, hidden.id)).input_tokens).toBe(7)
})
