import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { sql, type Kysely } from 'kysely'
import { AppError } from '../lib/app-error.ts'

/** A numbered SQL file; it is never edited once released, which the checksum enforces. */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: string
  readonly checksum: string
}

/** An arbitrary number used only by Slipway: two servers that start on one database migrate one after the other. */
const ADVISORY_LOCK = 7_420_001

/** Returns the migrations beside this file, in order. */
export function loadMigrations(dir = path.join(import.meta.dirname, 'migrations')): Migration[] {
  return fs
    .readdirSync(dir)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => {
      const statements = fs.readFileSync(path.join(dir, file), 'utf8')
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
 * Returns the schema number. Throws for a database that a newer Slipway has migrated.
 */
export async function migrate(
  db: Kysely<unknown>,
  migrations: readonly Migration[] = loadMigrations(),
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(trx)
    await sql`create table if not exists migrations (number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`.execute(
      trx,
    )
    const applied = await sql<{
      number: number
      checksum: string
    }>`select number, checksum from migrations order by number`.execute(trx)
    const newest = applied.rows.at(-1)?.number ?? 0
    const known = migrations.at(-1)?.number ?? 0
    if (newest > known) {
      throw new AppError(
        'schema_too_new',
        `The database has schema ${newest}, this Slipway knows ${known}: start the newer version.`,
      )
    }
    for (const row of applied.rows) {
      const migration = migrations.find((candidate) => candidate.number === row.number)
      if (migration?.checksum !== row.checksum) {
        throw new AppError(
          'schema_changed',
          `Migration ${row.number} was changed after it had been applied: restore the file.`,
        )
      }
    }
    for (const migration of migrations.filter((candidate) => candidate.number > newest)) {
      for (const statement of splitStatements(migration.statements)) await sql.raw(statement).execute(trx)
      await sql`insert into migrations (number, name, checksum) values (${migration.number}, ${migration.name}, ${migration.checksum})`.execute(
        trx,
      )
    }
    return known
  })
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
