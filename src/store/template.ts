import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fromPglite, PgBoss } from 'pg-boss'
import { Kysely } from 'kysely'
import { loadMigrations, migrate } from './migrate.ts'
import { holdsDatabase, openPglite } from './pglite.ts'
import { pgliteDialect } from './pglite-dialect.ts'
import { bossOptions, createQueues } from './queue.ts'

/**
 * A first start would spend seconds in initdb and migrations. The template is that work done once, at installation or by
 * the first start after an update: a migrated, cleanly closed database directory that a first start copies. Its name is the
 * checksum of its inputs, so a stale one is never used.
 */
const packageRoot = path.join(import.meta.dirname, '..', '..')
const cacheDir = path.join(packageRoot, '.cache')
/** Must change when a template is made differently from the same inputs. */
const RECIPE = '2'

/** Returns the directory of the template that matches this version of the code. */
export function templateDirectory(): string {
  const hash = createHash('sha256').update(RECIPE)
  for (const migration of loadMigrations()) hash.update(migration.checksum)
  for (const dependency of ['@electric-sql/pglite', 'pg-boss']) {
    hash.update(fs.readFileSync(path.join(packageRoot, 'node_modules', dependency, 'package.json')))
  }
  return path.join(cacheDir, `database-${hash.digest('hex').slice(0, 16)}`)
}

/** Creates the template unless it exists. Safe to run twice and to kill, because it appears by rename. */
export async function buildTemplate(): Promise<string> {
  const target = templateDirectory()
  if (holdsDatabase(target)) return target
  const temporary = `${target}.${process.pid}`
  fs.rmSync(temporary, { recursive: true, force: true })
  fs.mkdirSync(path.dirname(temporary), { recursive: true })
  await createDatabase(temporary)
  try {
    fs.renameSync(temporary, target)
  } catch (error) {
    // Another process was faster; its template is equivalent.
    if (!holdsDatabase(target)) throw error
    fs.rmSync(temporary, { recursive: true, force: true })
  }
  return target
}

/**
 * Fills an empty data directory from the template, or creates the database from scratch. The result appears under its name
 * by rename, so a start that was killed midway can simply be repeated.
 */
export async function prepareDataDirectory(dataDir: string): Promise<void> {
  const target = path.join(dataDir, 'pg')
  if (holdsDatabase(target)) return
  const temporary = path.join(dataDir, 'pg.new')
  fs.rmSync(temporary, { recursive: true, force: true })
  fs.rmSync(target, { recursive: true, force: true })
  const template = await offeredTemplate()
  if (template !== null && (await copyTree(template, temporary))) {
    syncTree(temporary)
  } else {
    fs.rmSync(temporary, { recursive: true, force: true })
    await createDatabase(temporary)
  }
  fs.chmodSync(temporary, 0o700)
  fs.renameSync(temporary, target)
  syncPath(dataDir)
}

/** Copies a template; returns false when this user may not read it, so that it counts as missing. */
async function copyTree(from: string, to: string): Promise<boolean> {
  try {
    await fs.promises.cp(from, to, { recursive: true, mode: fs.constants.COPYFILE_FICLONE })
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))
  )
}

/** Returns the template, created now if an update has outdated the old one; null where the checkout is not writable. */
async function offeredTemplate(): Promise<string | null> {
  const template = templateDirectory()
  if (holdsDatabase(template)) return template
  try {
    fs.mkdirSync(cacheDir, { recursive: true })
    fs.accessSync(cacheDir, fs.constants.W_OK)
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
  return buildTemplate()
}

async function createDatabase(dir: string): Promise<void> {
  const embedded = await openPglite(dir)
  try {
    await migrate(new Kysely<unknown>({ dialect: pgliteDialect(embedded.pglite) }))
    const boss = new PgBoss({
      ...bossOptions,
      supervise: false,
      backend: 'pglite',
      db: fromPglite(embedded.pglite),
    })
    await boss.start()
    await createQueues(boss)
    await boss.stop({ graceful: false })
    // PostgreSQL copies these when a database is created. No database is created here, and they are half of all files.
    for (const name of ['template0', 'template1']) {
      await embedded.pglite.exec(`alter database ${name} is_template false`)
      await embedded.pglite.exec(`drop database ${name}`)
    }
    await embedded.pglite.exec('CHECKPOINT')
  } finally {
    await embedded.close()
  }
}

function syncTree(dir: string): void {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name)
    if (entry.isDirectory()) syncTree(file)
    else syncPath(file)
  }
  syncPath(dir)
}

function syncPath(file: string): void {
  const handle = fs.openSync(file, 'r')
  fs.fsyncSync(handle)
  fs.closeSync(handle)
}
