import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { sql, type Kysely, type Transaction } from 'kysely'
import { AppError } from '../../lib/app-error.ts'

type Engine = 'sqlite' | 'postgres'

/**
 * A numbered step of the schema, the same on both databases: `NNNN-name.sql` for both, and `NNNN-name.postgres.sql` for what
 * only PostgreSQL needs. It is never edited once released, which the checksum enforces, and only adds: SQLite changes no
 * columns, and an older server may still be reading.
 */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: string
  readonly checksum: string
}

/** An arbitrary number used only by Slipway: two servers that start on one database migrate one after the other. */
const ADVISORY_LOCK = 7_420_001
/** The first migration of the schema that both databases share. */
const FIRST_SHARED = 100

/** Returns the migrations next to this file, in order. */
export function loadMigrations(
  engine: Engine,
  dir = path.join(import.meta.dirname, 'migrations'),
): Migration[] {
  const files = fs.readdirSync(dir).toSorted()
  return files
    .filter((file) => /^\d{4}-[^.]+\.sql$/.test(file))
    .map((file) => {
      const more = file.replace(/\.sql$/, `.${engine}.sql`)
      const parts = [file, ...(files.includes(more) ? [more] : [])]
      const statements = parts.map((part) => fs.readFileSync(path.join(dir, part), 'utf8')).join('\n')
      return {
        number: Number(file.slice(0, 4)),
        name: file,
        statements,
        checksum: createHash('sha256').update(statements).digest('hex'),
      }
    })
}

/**
 * Migrates the database to the newest schema, all or nothing: all pending migrations and their records are one transaction.
 * Returns the schema number. Throws `AppError` for a database of a newer Slipway, or of one that this one cannot migrate.
 */
export async function migrate<T>(
  db: Kysely<T>,
  engine: Engine,
  migrations: readonly Migration[] = loadMigrations(engine),
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(trx)
    await run(
      trx,
      'create table if not exists migrations (number integer primary key, name text not null, checksum text not null)',
      engine,
    )
    const { rows: applied } = await sql<{ number: number; checksum: string }>`
      select number, checksum from migrations order by number`.execute(trx)
    const newest = applied.at(-1)?.number ?? 0
    const supported = migrations.at(-1)?.number ?? 0
    checkApplied(applied, migrations, newest, supported)
    for (const migration of migrations.filter((candidate) => candidate.number > newest)) {
      for (const statement of splitStatements(migration.statements)) await run(trx, statement, engine)
      await sql`insert into migrations (number, name, checksum) values (${migration.number}, ${migration.name}, ${migration.checksum})`.execute(
        trx,
      )
    }
    return supported
  })
}

function checkApplied(
  applied: readonly { number: number; checksum: string }[],
  migrations: readonly Migration[],
  newest: number,
  supported: number,
): void {
  if (newest > supported)
    throw new AppError(
      'schema_too_new',
      `The database has schema ${newest}, this Slipway knows ${supported}: start the newer version.`,
    )
  if (newest > 0 && newest < FIRST_SHARED)
    throw new AppError(
      'schema_too_old',
      'The database was made by Slipway 0.1.0 or an older version, whose tables this one cannot use: start that version, or give this one an empty database in DATABASE_URL.',
    )
  for (const row of applied) {
    const migration = migrations.find((candidate) => candidate.number === row.number)
    if (migration?.checksum !== row.checksum)
      throw new AppError(
        'schema_changed',
        `Migration ${row.number} was changed after it had been applied: restore the file.`,
      )
  }
}

function run<T>(trx: Transaction<T>, statement: string, engine: Engine): Promise<unknown> {
  return sql.raw(engine === 'sqlite' ? toSqlite(statement) : toPostgres(statement)).execute(trx)
}

/** Writes the types of a statement as strict tables of SQLite have them (https://sqlite.org/stricttables.html). */
function toSqlite(statement: string): string {
  return statement
    .replaceAll(/\bbigint\b/g, 'integer')
    .replaceAll(/\bdouble precision\b/g, 'real')
    .replaceAll(/\bbytea\b/g, 'blob')
    .replace(/^(create table[^]*\));?$/, '$1 strict')
}

/** Texts are compared by their bytes, as on SQLite, whatever the locale of the database. */
function toPostgres(statement: string): string {
  return /^create table\b/.test(statement)
    ? statement.replaceAll(/^(\s+\w+) text\b/gm, '$1 text collate "C"')
    : statement
}

/** Splits at semicolons that end a line, outside `$$` bodies: the extended protocol takes one statement at a time. */
function splitStatements(text: string): string[] {
  const statements: string[] = []
  let current = ''
  let quoted = false
  for (const line of text.split('\n')) {
    if (!quoted && line.trimStart().startsWith('--')) continue
    current += `${line}\n`
    if ((line.split('$$').length - 1) % 2 === 1) quoted = !quoted
    if (!quoted && line.trimEnd().endsWith(';')) {
      statements.push(current.trim())
      current = ''
    }
  }
  if (current.trim() !== '') statements.push(current.trim())
  return statements
}
