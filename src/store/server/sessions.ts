import type { Selectable } from 'kysely'
import { toDate, toMillis } from '../database/columns.ts'
import type { Reader, Trx } from '../database/database.ts'
import type { SessionsTable } from '../database/schema.ts'

/** A logged-in browser, identified by the hash of its secret. */
export interface SessionRow {
  id: string
  created_at: Date
  last_seen_at: Date
  user_agent: string
}

export interface NewSessionRow {
  readonly id: string
  readonly secretHash: string
  readonly tokenHash: string
  readonly userAgent: string
  readonly at: Date
}

export async function insertSession(trx: Trx, session: NewSessionRow): Promise<void> {
  const at = toMillis(session.at)
  await trx
    .insertInto('sessions')
    .values({
      id: session.id,
      secret_hash: session.secretHash,
      token_hash: session.tokenHash,
      created_at: at,
      last_seen_at: at,
      user_agent: session.userAgent,
    })
    .execute()
}

/** Deletes sessions last seen before `since`, and of the rest all but the `most` most recently seen. */
export async function pruneSessions(trx: Trx, since: Date, most: number): Promise<void> {
  await trx
    .deleteFrom('sessions')
    .where((row) =>
      row.or([
        row('last_seen_at', '<', toMillis(since)),
        row(
          'id',
          'not in',
          row
            .selectFrom('sessions as newest')
            .select('newest.id')
            .orderBy('newest.last_seen_at', 'desc')
            .orderBy('newest.id', 'desc')
            .limit(most),
        ),
      ]),
    )
    .execute()
}

const columns = ['id', 'created_at', 'last_seen_at', 'user_agent'] as const

/** Returns the session of a secret if it was seen since `since`; otherwise null. */
export async function findSession(
  db: Reader,
  secretHash: string,
  tokenHash: string,
  since: Date,
): Promise<SessionRow | null> {
  const row = await db
    .selectFrom('sessions')
    .select(columns)
    .where('secret_hash', '=', secretHash)
    .where('token_hash', '=', tokenHash)
    .where('last_seen_at', '>=', toMillis(since))
    .executeTakeFirst()
  return row === undefined ? null : withDates(row)
}

export async function touchSession(trx: Trx, id: string, at: Date): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({ last_seen_at: toMillis(at) })
    .where('id', '=', id)
    .execute()
}

/** Returns the sessions of a token that were seen since `since`, most recently seen first. */
export async function listSessions(db: Reader, tokenHash: string, since: Date): Promise<SessionRow[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(columns)
    .where('token_hash', '=', tokenHash)
    .where('last_seen_at', '>=', toMillis(since))
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map(withDates)
}

/** Returns false when there was no such session. */
export async function deleteSession(trx: Trx, id: string, tokenHash: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('token_hash', '=', tokenHash)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

function withDates(row: Selectable<Pick<SessionsTable, (typeof columns)[number]>>): SessionRow {
  return { ...row, created_at: toDate(row.created_at), last_seen_at: toDate(row.last_seen_at) }
}
