import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { storeJob } from '../../../test/helpers/stored-job.ts'
import { openLog } from '../../lib/log.ts'
import { loadMigrations, migrate, type Migration } from './migrate.ts'
import { databaseFile, makeDataDirectory, openDatabase } from './open-database.ts'
import { openSqlite, type Sqlite } from './sqlite.ts'

let dir: string

beforeEach(() => {
  dir = makeDir('slipway-migrate-')
})

/** Runs something with the database of this test, as its only user. */
async function withDatabase<T>(run: (sqlite: Sqlite) => Promise<T>): Promise<T> {
  const sqlite = openSqlite(path.join(dir, databaseFile))
  try {
    return await run(sqlite)
  } finally {
    sqlite.close()
  }
}

const step = (number: number, statements: string): Migration => ({
  number,
  name: `${number}.sql`,
  statements,
  checksum: statements,
})
const first = step(100, 'create table one (id text primary key, at bigint not null);')
const second = step(
  101,
  'alter table one add column more bytea;\n-- a comment;\ncreate table two (a text);\n',
)

describe('migrating', () => {
  it('applies new steps, in order, once', async () => {
    await withDatabase(async ({ writer, reader }) => {
      expect(await migrate(writer, 'sqlite', [first])).toBe(100)
      expect(await migrate(writer, 'sqlite', [first, second])).toBe(101)
      expect(await migrate(writer, 'sqlite', [first, second])).toBe(101)
      const { rows } = await sql`select number, name, checksum from migrations order by number`.execute(
        reader as never,
      )
      expect(rows).toEqual([first, second].map(({ number, name, checksum }) => ({ number, name, checksum })))
    })
  })

  it('creates strict tables, so that a column has its declared type', async () => {
    await withDatabase(async ({ writer }) => {
      await migrate(writer, 'sqlite', [first])
      const insert = writer
        .transaction()
        .execute((trx) => sql`insert into one (id, at) values ('a', 'no number')`.execute(trx))
      await expect(insert).rejects.toThrow('cannot store TEXT value in INTEGER column')
    })
  })

  it('leaves the schema unchanged when a step fails', async () => {
    const broken = step(102, 'create table three (a text);\ncreate table three (a text);')
    await withDatabase(async ({ writer }) => {
      await migrate(writer, 'sqlite', [first])
      await expect(migrate(writer, 'sqlite', [first, second, broken])).rejects.toThrow('three')
      expect(await migrate(writer, 'sqlite', [first, second])).toBe(101)
    })
  })

  it.each([
    ['of a newer version', [first, second], [first], 'schema_too_new', 'schema 101'],
    ['whose step was changed', [first], [{ ...first, checksum: 'x' }, second], 'schema_changed', '100'],
    ['of a version with other tables', [step(7, first.statements)], [first], 'schema_too_old', '0.1.0'],
  ])('refuses a database %s', async (_what, applied, known, code, said) => {
    await withDatabase(async ({ writer }) => {
      await migrate(writer, 'sqlite', applied)
      const refused = expect.objectContaining({ code, message: expect.stringContaining(said) })
      await expect(migrate(writer, 'sqlite', known)).rejects.toEqual(refused)
    })
  })

  it('reads the steps of each database from its files, in order', () => {
    for (const [name, text] of [
      ['0101-more.sql', 'more'],
      ['0100-base.sql', 'base'],
      ['0100-base.postgres.sql', 'function'],
      ['notes.md', 'notes'],
    ] as const)
      fs.writeFileSync(path.join(dir, name), text)
    const steps = (engine: 'sqlite' | 'postgres'): [number, string, string][] =>
      loadMigrations(engine, dir).map(({ number, name, statements }) => [number, name, statements])
    expect(steps('sqlite')).toEqual([
      [100, '0100-base.sql', 'base'],
      [101, '0101-more.sql', 'more'],
    ])
    expect(steps('postgres')[0]).toEqual([100, '0100-base.sql', 'base\nfunction'])
    expect(loadMigrations('sqlite', dir)[0]?.checksum).not.toBe(loadMigrations('postgres', dir)[0]?.checksum)
  })

  it('does not split a body at semicolons inside it', async () => {
    const body =
      "create trigger t after insert on one begin\n  select '$$;\n  $$'; end;\ncreate table two (a text);"
    await withDatabase(async ({ writer }) => {
      expect(await migrate(writer, 'sqlite', [first, step(101, body)])).toBe(101)
    })
  })
})

describe('the embedded database', () => {
  const log = openLog('silent')
  const open = () => openDatabase({ dataDir: dir, url: null, log })

  it('is kept from one start to the next', async () => {
    const db = await open()
    const id = await storeJob(db)
    await db.close()
    const again = await open()
    expect(await again.reader.selectFrom('jobs').select('id').execute()).toEqual([{ id }])
    expect([again.engine, again.unavailableReason(), again.patient]).toEqual(['sqlite', null, again])
    expect(await again.retryWhileAway(() => Promise.resolve(1))).toBe(1)
    await again.close()
  })

  it('leaves nothing open when it cannot be migrated', async () => {
    const db = await open()
    await db.close()
    const file = new DatabaseSync(path.join(dir, databaseFile))
    file.exec("insert into migrations (number, name, checksum) values (9999, 'later', 'x')")
    file.close()
    await expect(open()).rejects.toMatchObject({ code: 'schema_too_new' })
    fs.rmSync(path.join(dir, databaseFile))
    await (await open()).close()
  })

  it('is refused when it was made by a version with another embedded database', async () => {
    fs.mkdirSync(path.join(dir, 'pg'))
    fs.writeFileSync(path.join(dir, 'pg', 'PG_VERSION'), '16')
    await expect(open()).rejects.toMatchObject({ code: 'former_data_directory' })
    expect(fs.readdirSync(dir)).toEqual(['pg'])
  })

  it('is copied into a new file, with all committed data', async () => {
    const db = await open()
    const id = await storeJob(db)
    const copy = path.join(dir, 'copy.sqlite')
    const read = await db.backUp(copy, (reader) => reader.selectFrom('jobs').select('id').execute())
    expect(read).toEqual([{ id }])
    await storeJob(db)
    await db.close()
    const file = new DatabaseSync(copy, { readOnly: true })
    expect(file.prepare('select id from jobs').all()).toEqual([{ id }])
    file.close()
  })

  it('writes only in transactions, and returns only what a column can contain', async () => {
    await withDatabase(async ({ writer, reader }) => {
      await migrate(writer, 'sqlite')
      const setting = { key: 'k', value: 'v' as never }
      await expect(writer.insertInto('settings').values(setting).execute()).rejects.toThrow(
        'must be part of a transaction',
      )
      await expect(reader.transaction().execute(() => Promise.resolve())).rejects.toThrow('only reads')
      await expect(reader.insertInto('settings').values(setting).execute()).rejects.toThrow('readonly')
      const symbol = reader
        .selectFrom('settings')
        .selectAll()
        .where('key', '=', Symbol('k') as never)
      await expect(symbol.execute()).rejects.toThrow('a column cannot hold symbol')
    })
  })
})

describe('a data directory', () => {
  it('is created with its parents, private to its owner', () => {
    const deep = path.join(dir, 'a', 'b')
    makeDataDirectory(deep)
    makeDataDirectory(deep)
    expect([path.dirname(deep), deep].map((place) => fs.statSync(place).mode & 0o777)).toEqual([0o700, 0o700])
    expect(fs.readdirSync(deep)).toEqual([])
  })

  it('below a directory without write access is refused with an explanation', () => {
    expect(() => makeDataDirectory('/proc/slipway/data')).toThrow(
      expect.objectContaining({ code: 'data_dir_unusable' }),
    )
  })
})
