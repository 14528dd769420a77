import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Kysely } from 'kysely'
import pg from 'pg'
import { serverAct, underLease } from '../../src/engine/job-transactions.ts'
import { openLog } from '../../src/lib/log.ts'
import type { Database } from '../../src/store/database/database.ts'
import { postgresDialect } from '../../src/store/database/postgres-dialect.ts'
import { openConnectionPool } from '../../src/store/database/postgres-pool.ts'
import { claimNext, expiredWork, expireLease, renewLeases, type ClaimedEntry } from '../../src/store/queue.ts'
import type { Schema } from '../../src/store/database/schema.ts'
import { beginWork, endWork, readWork } from '../../src/store/work.ts'

/**
 * A worker of its own process, for tests: it claims, renews and reports as a worker of a server does, and only pretends the
 * work. Arguments: the address of the database, its id, and a file to which it writes `accepted <work> <lease>` or `refused
 * <work> <lease>` for each report.
 */
const [url = '', workerId = '', report = ''] = process.argv.slice(2)
const SLOTS = 4
const BEAT_MS = 2000
const LONGEST_WORK_MS = 3000

pg.types.setTypeParser(pg.types.builtins.INT8, Number)
const pool = openConnectionPool(url, openLog('silent'))
const kysely = new Kysely<Schema>({ dialect: postgresDialect(pool, 5000, false) })
const db: Database = {
  reader: kysely,
  engine: 'postgres',
  tx: (run) => kysely.transaction().execute(run),
  read: (run) => run(kysely),
  get patient() {
    return db
  },
  listen: () => Promise.resolve(() => Promise.resolve()),
  retryWhileAway: (ask) => ask(),
  backUp: () => Promise.reject(new Error('a worker makes no backups')),
  unavailableReason: () => null,
  close: () => pool.end(),
}

const running = new Set<string>()

async function work({ id, job_id, lease }: ClaimedEntry): Promise<void> {
  if ((await serverAct(db, job_id, ({ trx }) => beginWork(trx, id, lease))) !== true) return
  await pause(Math.random() * LONGEST_WORK_MS)
  const claimed = await readWork(db.reader, id)
  if (claimed === null) return
  const accepted = await underLease(db, { work: claimed, lease }, ({ trx }) =>
    endWork(trx, id, lease, 'done', null),
  )
  fs.appendFileSync(report, `${accepted === true ? 'accepted' : 'refused'} ${id} ${lease}\n`)
}

/** Repeats `run` for ever, also after an unavailable database. */
async function forEver(run: () => Promise<unknown>, ms: number): Promise<never> {
  for (;;) {
    await run().catch(() => undefined)
    await pause(ms)
  }
}

const loops = Array.from({ length: SLOTS }, () =>
  forEver(async () => {
    const entry = await db.tx((trx) => claimNext(trx, 'work', workerId))
    if (entry === null) return
    running.add(entry.id)
    await work(entry).finally(() => running.delete(entry.id))
  }, 100),
)
const beat = forEver(async () => {
  await db.tx((trx) => renewLeases(trx, workerId, [...running]))
  for (const { id, job_id } of await expiredWork(db.reader, [...running]))
    await serverAct(db, job_id, ({ trx }) => expireLease(trx, id))
}, BEAT_MS)
await Promise.all([beat, ...loops])
