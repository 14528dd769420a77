import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverAct, underLease } from '../../src/engine/job-transactions.ts'
import { loseWork } from '../../src/engine/job/lose-work.ts'
import { newId } from '../../src/lib/ids.ts'
import { openLog } from '../../src/lib/log.ts'
import type { Database } from '../../src/store/database/database.ts'
import { readEvents } from '../../src/store/events.ts'
import { databaseFile, openDatabase } from '../../src/store/database/open-database.ts'
import { claimNext, expiredWork, expireLease, renewLeases, type ClaimedEntry } from '../../src/store/queue.ts'
import { beginWork, endWork, readWork, stuckJobs } from '../../src/store/work.ts'
import { seededRandom } from '../helpers/random.ts'
import { makeDataDir } from '../helpers/server.ts'
import { databaseUrlFor } from '../helpers/test-database.ts'
import { addJobWithWork } from '../helpers/work-in-store.ts'

/** The store as the engine uses it, without a server: the same on SQLite and, in the project journeys-postgres, on PostgreSQL. */
const dataDir = makeDataDir()
let url: string | undefined
let db: Database

beforeAll(async () => {
  url = await databaseUrlFor(dataDir)
  db = await openDatabase({ dataDir, url: url ?? null, log: openLog('silent') })
})
afterAll(() => db.close())

/** A column by `<table>.<name>`: its kind, and whether it may be null. */
type Columns = Record<string, string>

/** Reads what `schema.ts` declares. */
function declaredColumns(): Columns {
  const file = path.join(import.meta.dirname, '..', '..', 'src', 'store', 'database', 'schema.ts')
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest)
  const interfaces = new Map(
    source.statements.filter(ts.isInterfaceDeclaration).map((one) => [one.name.text, one]),
  )
  const membersOf = (name: string): [string, string][] =>
    [...(interfaces.get(name)?.members ?? [])]
      .filter((member) => ts.isPropertySignature(member))
      .map((member) => [member.name.getText(source), member.type?.getText(source) ?? ''])
  return Object.fromEntries(
    membersOf('Schema').flatMap(([table, type]) =>
      membersOf(type).map(([column, declared]) => [`${table}.${column}`, kindOfType(declared)]),
    ),
  )
}

function kindOfType(type: string): string {
  const kind = /^(Generated<)?(number|Millis|Flag)\b/.test(type)
    ? 'number'
    : type.startsWith('Uint8Array')
      ? 'bytes'
      : 'text'
  return type.includes('| null') ? `${kind} or null` : kind
}

const kinds: Readonly<Record<string, string>> = {
  integer: 'number',
  bigint: 'number',
  real: 'number',
  'double precision': 'number',
  text: 'text',
  blob: 'bytes',
  bytea: 'bytes',
}

interface ColumnRow {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: number | boolean
}

/** Reads what the migrated database has. */
async function realColumns(): Promise<Columns> {
  const rows = url === undefined ? sqliteColumns() : await postgresColumns(url)
  return Object.fromEntries(
    rows
      .filter(({ table }) => table !== 'migrations')
      .map(({ table, name, type, nullable }) => {
        const kind = kinds[type.toLowerCase()] ?? type
        return [`${table}.${name}`, nullable === 1 || nullable === true ? `${kind} or null` : kind]
      }),
  )
}

function sqliteColumns(): ColumnRow[] {
  const file = new DatabaseSync(path.join(dataDir, databaseFile), { readOnly: true })
  const rows = file
    .prepare(
      `select t.name as "table", c.name, c.type, (c."notnull" = 0 and c.pk = 0) as nullable
      from sqlite_schema t join pragma_table_info(t.name) c where t.type = 'table'`,
    )
    .all() as unknown as ColumnRow[]
  file.close()
  return rows
}

async function postgresColumns(connectionString: string): Promise<ColumnRow[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows } = await client.query<ColumnRow>(
    `select table_name as "table", column_name as name, data_type as type, is_nullable = 'YES' as nullable
    from information_schema.columns where table_schema = 'public'`,
  )
  await client.end()
  return rows
}

it('has the tables and columns that the queries use', async () => {
  expect(await realColumns()).toEqual(declaredColumns())
})

it('stores text of people unchanged, even if it looks like something else', async () => {
  const visions = [
    '["a todo list"]',
    '{"a": 1}',
    '5',
    'null',
    String.raw`C:\temp\x`,
    "it's",
    '100%',
    'ÄÖÜ 🚢',
  ]
  const { jobId } = await addJobWithWork(db, [])
  for (const message of visions)
    await serverAct(db, jobId, ({ append }) => append([{ type: 'task.ready', actor: 'server', message }]))
  const events = await readEvents(db.reader, jobId, 1, 100)
  expect(events.map(({ message }) => message)).toEqual(visions)
})

describe('a claim', () => {
  const claim = (worker: string): Promise<ClaimedEntry | null> =>
    db.tx((trx) => claimNext(trx, 'work', worker))

  it('takes the higher priority first, then work that finishes something, then the job with the least running work, then the oldest', async () => {
    const at = (second: number) => ({ createdAt: new Date(Date.UTC(2020, 0, 1, 0, 0, second)) })
    const low = await addJobWithWork(db, ['checks'], { ...at(0), priority: 'low' })
    const high = await addJobWithWork(db, ['attempt'], { ...at(9), priority: 'high' })
    const old = await addJobWithWork(db, ['attempt', 'attempt', 'attempt'], at(0))
    const young = await addJobWithWork(db, ['attempt'], at(2))
    const last = await addJobWithWork(db, ['attempt', 'checks'], at(3))
    const worker = newId()
    const order: string[] = []
    for (let entry = await claim(worker); entry !== null; entry = await claim(worker)) {
      const { id, lease, job_id } = entry
      order.push(id)
      expect(await serverAct(db, job_id, ({ trx }) => beginWork(trx, id, lease))).toBe(true)
    }
    expect(order).toEqual([
      high.workIds[0],
      last.workIds[1],
      old.workIds[0],
      young.workIds[0],
      old.workIds[1],
      last.workIds[0],
      old.workIds[2],
      low.workIds[0],
    ])
    await endAll(order)
  })

  it('gives each piece of work to one of many concurrent workers', async () => {
    const made = await Promise.all(
      Array.from({ length: 5 }, () => addJobWithWork(db, ['attempt', 'attempt'])),
    )
    const claimed = await Promise.all(Array.from({ length: 20 }, () => claim(newId())))
    const ids = claimed.flatMap((entry) => (entry === null ? [] : [entry.id]))
    const all = made.flatMap(({ workIds }) => workIds)
    expect(new Set(ids).size).toBe(ids.length)
    expect(all).toEqual(expect.arrayContaining(ids))
    await endAll(all)
  })

  it('does not use a slot for git work, and takes no long work for git', async () => {
    const { workIds } = await addJobWithWork(db, ['merge'])
    expect(await claim(newId())).toBeNull()
    expect((await db.tx((trx) => claimNext(trx, 'repository', newId())))?.id).toBe(workIds[0])
    await endAll(workIds)
  })
})

/** Ends work regardless of its lease, so that it does not affect other tests. */
async function endAll(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const work = await readWork(db.reader, id)
    if (work !== null)
      await serverAct(db, work.job_id, ({ trx }) => endWork(trx, id, null, 'cancelled', null))
  }
}

/** Lets the leases of a worker run out, as they do when it has renewed none for their whole time. */
async function letLeasesRunOut(worker: string): Promise<void> {
  await db.tx(async (trx) => {
    await trx
      .updateTable('work')
      .set({ lease_until: 1 })
      .where('worker_id', '=', worker)
      .where('lease_until', 'is not', null)
      .execute()
  })
}

it('a worker that slept does not end its own leases, and cannot get back a lost one', async () => {
  const { workIds, jobId } = await addJobWithWork(db, ['attempt'])
  const [id = ''] = workIds
  const worker = newId()
  const entry = await db.tx((trx) => claimNext(trx, 'work', worker))
  await serverAct(db, jobId, ({ trx }) => beginWork(trx, id, entry?.lease ?? 0))
  await letLeasesRunOut(worker)
  const expired = async (running: readonly string[]): Promise<string[]> =>
    (await expiredWork(db.reader, running)).map((work) => work.id)
  expect(await expired([id])).not.toContain(id)
  expect(await expired([])).toContain(id)
  await db.tx((trx) => renewLeases(trx, worker, [id]))
  expect(await expired([])).not.toContain(id)
  await letLeasesRunOut(worker)
  expect(await serverAct(db, jobId, ({ trx }) => expireLease(trx, id))).toBe(true)
  await db.tx((trx) => renewLeases(trx, worker, [id]))
  const work = await readWork(db.reader, id)
  if (work === null) throw new Error('the work is gone')
  expect(await underLease(db, { work, lease: work.lease }, () => Promise.resolve('written'))).toBeNull()
  await endAll(workIds)
})

describe('workers that die, pause and come back', () => {
  it('lose no work, do none twice, and no late report is accepted', async () => {
    const { random, seed } = seededRandom()
    const WORK = 60
    const accepted = new Map<string, number>()
    const made = await Promise.all(
      Array.from({ length: 12 }, () =>
        addJobWithWork(
          db,
          Array.from({ length: WORK / 12 }, () => 'attempt'),
        ),
      ),
    )
    const open = new Set(made.flatMap(({ workIds }) => workIds))
    const tooLate: string[] = []
    const fates = { done: 0, died: 0, late: 0, renewed: 0, lostBeforeBegin: 0 }

    /** Does one piece of work, with a fate. Returns false when nothing was to be claimed. */
    const doOne = async (): Promise<boolean> => {
      const worker = newId()
      const entry = await db.tx((trx) => claimNext(trx, 'work', worker))
      if (entry === null) return false
      const { id, job_id, lease } = entry
      const report = async (): Promise<boolean | null> => {
        const work = await readWork(db.reader, id)
        if (work === null) throw new Error(`no work ${id}`)
        return underLease(db, { work, lease }, async ({ trx, queueAdvance }) => {
          await queueAdvance()
          return endWork(trx, id, lease, 'done', null)
        })
      }
      const fate = random()
      if (fate < 0.15) {
        // It ends between its claim and the beginning.
        await letLeasesRunOut(worker)
        fates.lostBeforeBegin += 1
        return true
      }
      if ((await serverAct(db, job_id, ({ trx }) => beginWork(trx, id, lease))) !== true) return true
      if (fate < 0.35) {
        await letLeasesRunOut(worker)
        fates.died += 1
        return true
      }
      if (fate < 0.55) {
        // It pauses for longer than its lease, another worker notices, and then it reports.
        await letLeasesRunOut(worker)
        await expire()
        if ((await report()) !== null) tooLate.push(id)
        fates.late += 1
        return true
      }
      if (fate < 0.7) {
        // It pauses for longer than its lease, and renews it before another worker notices.
        await letLeasesRunOut(worker)
        await db.tx((trx) => renewLeases(trx, worker, [id]))
        fates.renewed += 1
      }
      if ((await report()) === true) {
        accepted.set(id, (accepted.get(id) ?? 0) + 1)
        open.delete(id)
        fates.done += 1
      }
      return true
    }
    /** Ends expired leases; work that had begun is lost, and created again as the rules would. */
    const expire = async (): Promise<void> => {
      for (const { id, job_id } of await expiredWork(db.reader, []))
        await serverAct(db, job_id, async ({ trx, queueAdvance }) => {
          if (await expireLease(trx, id)) await queueAdvance()
        })
      for (const id of Array.from(open)) {
        const work = await readWork(db.reader, id)
        if (work?.status !== 'running') continue
        const replaced = await serverAct(db, work.job_id, async ({ trx, append }) => {
          const held = await trx
            .selectFrom('work')
            .select('lease_until')
            .where('id', '=', id)
            .executeTakeFirst()
          if (held?.lease_until !== null) return null
          const events = await loseWork(trx, id, 'its worker ended')
          await append(events)
          return events.length > 0
        })
        if (replaced !== true) continue
        open.delete(id)
        const { workIds } = await addJobWithWork(db, ['attempt'])
        for (const added of workIds) open.add(added)
      }
    }
    for (let round = 0; open.size > 0 && round < 1000; round += 1) {
      await Promise.all(Array.from({ length: 6 }, doOne))
      await expire()
    }
    expect(tooLate, `late reports that were accepted, seed ${seed}`).toEqual([])
    expect({ open: open.size, seed }).toEqual({ open: 0, seed })
    expect(
      [...accepted.values()].every((times) => times === 1),
      `seed ${seed}`,
    ).toBe(true)
    expect(accepted.size, `seed ${seed}`).toBe(WORK)
    expect(
      Object.values(fates).every((times) => times > 0),
      JSON.stringify({ fates, seed }),
    ).toBe(true)
    const stuck = new Set(await stuckJobs(db.reader))
    expect(made.filter(({ jobId }) => stuck.has(jobId))).toEqual([])
  })
})
