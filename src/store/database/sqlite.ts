import fs from 'node:fs'
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type SelectModifierNode,
} from 'kysely'
import { clock } from '../../lib/clock.ts'
import type { Schema } from './schema.ts'
import { storable } from './storable.ts'

/** An SQLite database: one connection that writes, and one that reads committed data. */
export interface Sqlite {
  readonly reader: Kysely<Schema>
  /** For transactions only. Those of one turn of the event loop are committed, and forced to disk, together. */
  readonly writer: Kysely<Schema>
  /** Copies the database into a new file, and reads what belongs to the copy; transactions wait meanwhile. */
  backUp<T>(file: string, read: () => Promise<T>): Promise<T>
  close(): void
}

/** The maximum number of prepared statements that a connection keeps; the oldest is dropped first. */
const STATEMENTS = 400
/** The time in ms that a statement waits for another process, such as a backup of the file. */
const BUSY_MS = 5000
/** More pages than a database has: a copy is made in one step, between two transactions. */
const EVERY_PAGE = 2 ** 31 - 1

/** Opens the database in `file`, and creates it if it does not exist. The caller holds the lock of the data directory. */
export function openSqlite(file: string): Sqlite {
  // Its owner's alone, and so are the files that SQLite makes next to it.
  fs.closeSync(fs.openSync(file, 'a', 0o600))
  const write = new SqliteConnection(file, false)
  // WAL with `full` forces every commit to disk before it returns (https://sqlite.org/pragma.html#pragma_synchronous).
  write.database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
  const read = new SqliteConnection(file, true)
  const writer = new WritingDriver(write)
  return {
    reader: new Kysely({ dialect: dialectOf(() => new ReadingDriver(read)) }),
    writer: new Kysely({ dialect: dialectOf(() => writer) }),
    backUp: (copy, then) =>
      writer.alone(async () => {
        await backup(write.database, copy, { rate: EVERY_PAGE })
        return then()
      }),
    close() {
      read.database.close()
      writer.close()
    },
  }
}

function dialectOf(createDriver: () => Driver): Dialect {
  return {
    createAdapter: () => new ManyConnections(),
    createDriver,
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new WithoutRowLocks(),
  }
}

/** Kysely would otherwise make every caller wait until the one before has ended, and so every commit be one of its own. */
class ManyConnections extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/** Leaves out row locks: with one writer at a time no other transaction can change a row that was read. */
class WithoutRowLocks extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === 'Distinct' || node.rawModifier !== undefined) super.visitSelectModifier(node)
  }
}

interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

class SqliteConnection implements DatabaseConnection {
  readonly database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(file: string, readOnly: boolean) {
    this.database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS })
    this.database.function('now_ms', () => clock.now())
    // The built-in one knows the letters of ASCII only.
    this.database.function('lower', { deterministic: true }, (text) =>
      typeof text === 'string' ? text.toLowerCase() : text,
    )
  }

  /** Not async, so that the rejection of a failed statement is a promise and its effect is immediate. */
  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return new Promise((resolve) => {
      resolve(this.#run<R>(query))
    })
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('a result of SQLite is read at once')
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, returnsRows } = this.#prepare(query.sql)
    const values = storable(query.parameters).map(asInput)
    if (returnsRows) return { rows: rowsOf<R>(statement, values) }
    return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text)
    if (known !== undefined) return known
    const statement = this.database.prepare(text)
    const prepared = { statement, returnsRows: statement.columns().length > 0 }
    const oldest = this.#prepared.size >= STATEMENTS ? this.#prepared.keys().next().value : undefined
    if (oldest !== undefined) this.#prepared.delete(oldest)
    this.#prepared.set(text, prepared)
    return prepared
  }
}

function rowsOf<R>(statement: StatementSync, values: readonly SQLInputValue[]): R[]
function rowsOf(statement: StatementSync, values: readonly SQLInputValue[]): unknown[] {
  return statement.all(...values)
}

function asInput(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`a column cannot hold ${typeof value}`)
}

class ReadingDriver implements Driver {
  readonly #connection: SqliteConnection

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {
    // Opened by its owner.
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection)
  }

  beginTransaction(): Promise<void> {
    return Promise.reject(new Error('this connection only reads'))
  }

  async commitTransaction(): Promise<void> {
    // No transaction begins.
  }

  async rollbackTransaction(): Promise<void> {
    // No transaction begins.
  }

  async releaseConnection(): Promise<void> {
    // All callers share it.
  }

  async destroy(): Promise<void> {
    // Closed by its owner.
  }
}

/** The connection as one transaction has it: `isTurn` while no other may use it. */
class Turn implements DatabaseConnection {
  readonly #connection: SqliteConnection
  isTurn = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.isTurn)
      return Promise.reject(new Error('a statement that writes must be part of a transaction'))
    return this.#connection.executeQuery<R>(query)
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>()
  }
}

/**
 * Runs transactions one after the other. Each is a savepoint in a transaction of SQLite that is committed at the end of the
 * turn of the event loop; a transaction has ended when that commit is on the disk.
 */
class WritingDriver implements Driver {
  readonly #connection: SqliteConnection
  readonly #waiting: (() => void)[] = []
  #isTaken = false
  #group: PromiseWithResolvers<void> | null = null
  #isCommitDue = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {
    // Opened by its owner.
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new Turn(this.#connection))
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const turn = turnOf(connection)
    await this.#takeTurn()
    turn.isTurn = true
    if (this.#group === null) {
      this.#exec('begin immediate')
      this.#group = Promise.withResolvers()
      // The callers that wait are notified; a group may fail when all its transactions have failed before.
      this.#group.promise.catch(() => undefined)
      setImmediate(() => this.#commitSoon())
    }
    this.#exec('savepoint one')
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const group = this.#group
    if (group === null) throw new Error('the transaction was rolled back by the database')
    this.#exec('release one')
    this.#endTurn(turnOf(connection))
    await group.promise
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const turn = turnOf(connection)
    const group = this.#group
    if (!turn.isTurn) return
    try {
      // After some errors, such as a full disk, SQLite has rolled everything back already.
      if (this.#connection.database.isTransaction) this.#exec('rollback to one; release one')
      else this.#fail(new Error('the database rolled the transaction back, because another one failed'))
    } finally {
      this.#endTurn(turn)
    }
    // It may have failed over a row that others of its group wrote: a later reader must find that row committed.
    await group?.promise.catch(() => undefined)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const turn = turnOf(connection)
    if (turn.isTurn) this.#endTurn(turn)
  }

  async destroy(): Promise<void> {
    // Closed by its owner.
  }

  /** Runs something when all transactions before it are committed, and before the next one begins. */
  async alone<T>(run: () => Promise<T>): Promise<T> {
    await this.#takeTurn()
    try {
      this.#commit()
      return await run()
    } finally {
      this.#passTurn()
    }
  }

  close(): void {
    this.#commit()
    this.#connection.database.close()
  }

  #exec(text: string): void {
    this.#connection.database.exec(text)
  }

  async #takeTurn(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#isTaken = true
  }

  #endTurn(turn: Turn): void {
    turn.isTurn = false
    this.#passTurn()
  }

  #passTurn(): void {
    if (this.#isCommitDue) this.#commit()
    const next = this.#waiting.shift()
    if (next === undefined) this.#isTaken = false
    else next()
  }

  /** Commits now, or as soon as the transaction that runs has ended. */
  #commitSoon(): void {
    if (this.#isTaken) this.#isCommitDue = true
    else this.#commit()
  }

  #commit(): void {
    const group = this.#group
    this.#isCommitDue = false
    if (group === null) return
    try {
      this.#exec('commit')
      this.#group = null
      group.resolve()
    } catch (error) {
      if (this.#connection.database.isTransaction) this.#exec('rollback')
      this.#fail(error)
    }
  }

  /** Fails every transaction of the group whose commit is awaited. */
  #fail(error: unknown): void {
    this.#group?.reject(error)
    this.#group = null
  }
}

function turnOf(connection: DatabaseConnection): Turn {
  if (connection instanceof Turn) return connection
  throw new Error('this connection was made by another driver')
}
