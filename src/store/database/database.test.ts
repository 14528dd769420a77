import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newJobRow } from '../../../test/helpers/new-job-row.ts'
import { JobQuery } from '../../contract/job.ts'
import { newId } from '../../lib/ids.ts'
import { openLog } from '../../lib/log.ts'
import { insertAttempt, updateAttempt } from '../attempts.ts'
import { notify } from './channels.ts'
import type { Database } from './database.ts'
import { databaseFile, makeDataDirectory, openDatabase } from './open-database.ts'
import { appendEvents, readEvents, type NewEvent } from '../events.ts'
import { listJobs, readSummaries } from '../views/job-views.ts'
import { countStatuses, findByIdempotencyKey, insertJobs, lockJob, readUsage } from '../jobs.ts'
import { enqueueAdvance } from '../queue.ts'
import { insertAgents, insertTasks } from '../team.ts'
import { stuckJobs } from '../work.ts'

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

/** Returns how many of these jobs there are. */
async function countJobs(ids: readonly string[]): Promise<number> {
  const rows = await db.reader.selectFrom('jobs').select('id').where('id', 'in', ids).execute()
  return rows.length
}

it('keeps its files private', async () => {
  await db.tx((trx) => insertJobs(trx, [newJobRow()]))
  const files = fs.readdirSync(dataDir).filter((name) => name.startsWith(databaseFile))
  expect(files.length).toBeGreaterThan(1)
  for (const name of files) expect(fs.statSync(path.join(dataDir, name)).mode & 0o077, name).toBe(0)
})

it('uses an index for every cascading delete', () => {
  const file = new DatabaseSync(path.join(dataDir, databaseFile), { readOnly: true })
  const references = file
    .prepare(
      `select t.name as child, f."from" as name from sqlite_schema t join pragma_foreign_key_list(t.name) f
      where t.type = 'table'`,
    )
    .all()
  const scanned = references.filter(({ child, name }) => {
    const plan = file
      .prepare(`explain query plan select 1 from "${String(child)}" where "${String(name)}" = ?`)
      .all()
    return !plan.every(({ detail }) => String(detail).includes('INDEX'))
  })
  file.close()
  expect(references.length).toBeGreaterThan(20)
  expect(scanned).toEqual([])
})

it('queries see committed data only', async () => {
  const row = newJobRow()
  const inside = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const transaction = db.tx(async (trx) => {
    await insertJobs(trx, [row])
    inside.resolve()
    await finish.promise
  })
  await inside.promise
  expect(await countJobs([row.id])).toBe(0)
  finish.resolve()
  await transaction
  expect(await countJobs([row.id])).toBe(1)
})

it('rolls back the failed transaction only, and none that are committed with it', async () => {
  const rows = Array.from({ length: 9 }, () => newJobRow())
  const all = await Promise.allSettled(
    rows.map((row, n) =>
      db.tx(async (trx) => {
        await insertJobs(trx, [row])
        if (n % 3 === 0) throw new Error('roll back')
      }),
    ),
  )
  expect(all.map(({ status }) => status)).toEqual(
    rows.map((_, n) => (n % 3 === 0 ? 'rejected' : 'fulfilled')),
  )
  expect(await countJobs(rows.map((row) => row.id))).toBe(6)
})

it('reports a conflict with a row of another transaction when that row is committed', async () => {
  const key = newId()
  const answers = await Promise.all(
    Array.from({ length: 4 }, () =>
      db
        .tx((trx) => insertJobs(trx, [{ ...newJobRow(), idempotencyKey: key }]))
        .then(() => 'made')
        .catch(async () => ((await findByIdempotencyKey(db.reader, key)) === null ? 'lost' : 'found')),
    ),
  )
  expect(answers.toSorted()).toEqual(['found', 'found', 'found', 'made'])
})

it('notifies listeners once after a commit, and not after a rollback', async () => {
  const heard: (string | null)[] = []
  const stop = await db.listen('a channel', (payload) => heard.push(payload))
  await db.tx(async (trx) => {
    notify(trx, 'a channel', 'one')
    notify(trx, 'a channel', 'one')
    notify(trx, 'another channel', 'two')
    await insertJobs(trx, [newJobRow()])
    expect(heard).toEqual([])
  })
  const failed = db.tx((trx) => {
    notify(trx, 'a channel', 'three')
    return Promise.reject(new Error('roll back'))
  })
  await expect(failed).rejects.toThrow('roll back')
  expect(heard).toEqual(['one'])
  await stop()
})

it('refuses a nested transaction', async () => {
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

it('numbers events without gaps, even with concurrent writers', async () => {
  const row = newJobRow()
  await db.tx((trx) => insertJobs(trx, [row]))
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      append(row.id, [
        { type: 'job.continued', actor: 'server', message: `a ${n}` },
        { type: 'task.ready', actor: 'server', message: `b ${n}` },
      ]),
    ),
  )
  const events = await readEvents(db.reader, row.id, 0, 100)
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1))
})

it('stores output of agents, including NUL and broken Unicode', async () => {
  const row = newJobRow()
  await db.tx((trx) => insertJobs(trx, [row]))
  await append(row.id, [
    {
      type: 'session.tool_call',
      actor: 'agent:\u0000',
      message: 'a\u0000b\ud800',
      data: {
        id: '1',
        status: null,
        kind: null,
        output: null,
        paths: [],
        input: { ['\udfff']: ['\u0000', '\ud83d', String.raw`\u0000 \ud800`, '🚢'] },
      },
    },
  ])
  const [, event] = await readEvents(db.reader, row.id, 0, 10)
  expect(event).toMatchObject({ actor: 'agent:\ufffd', message: 'a\ufffdb\ufffd' })
  expect(event?.data['input']).toEqual({ '\ufffd': ['\ufffd', '\ufffd', String.raw`\u0000 \ud800`, '🚢'] })
})

it('finds a stuck job', async () => {
  const [moved, stuck] = [newJobRow(), newJobRow()]
  await db.tx(async (trx) => {
    await insertJobs(trx, [moved, stuck])
    await enqueueAdvance(trx, [moved.id])
  })
  const found = await stuckJobs(db.reader)
  expect(found).toContain(stuck.id)
  expect(found).not.toContain(moved.id)
})

it('explains what to do about a data directory that cannot be written', () => {
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
    const inserted = await insertJobs(trx, [hidden])
    const [agent, task, attempt] = [newId(), newId(), newId()]
    await insertAgents(inserted, hidden.id, [{ id: agent, name: 'a', role: 'developer', backend: 'offline' }])
    const texts = { title: 't', description: 'd', dependsOn: [], acceptance: [], checks: [] }
    await insertTasks(inserted, hidden.id, [
      {
        ...texts,
        id: task,
        key: 'k',
        kind: 'build',
        role: 'developer',
        phase: 'building',
        position: 0,
        agentId: agent,
      },
    ])
    const subject = { jobId: hidden.id, taskId: task, epoch: 1, number: 1, subjectId: null, feedback: [] }
    await insertAttempt(inserted, {
      ...subject,
      id: attempt,
      kind: 'work',
      agentId: agent,
      backend: 'offline',
    })
    await updateAttempt(inserted, attempt, { status: 'running', input_tokens: 7 })
  })
  expect(await look()).toEqual(before)
  expect(await readSummaries(db.reader, [hidden.id])).toEqual([])
  expect((await readUsage(db.reader, hidden.id)).input_tokens).toBe(7)
})
