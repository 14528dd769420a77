import { sql } from 'kysely'
import type { Reader, Trx } from './database.ts'

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
  await sql`
    insert into sessions (id, secret_hash, token_hash, created_at, last_seen_at, user_agent)
    values (${session.id}, ${session.secretHash}, ${session.tokenHash}, ${session.at}, ${session.at}, ${session.userAgent})`.execute(
    trx,
  )
}

/** Deletes sessions last seen before `since`, and of the rest all but the `most` most recently seen. */
export async function pruneSessions(trx: Trx, since: Date, most: number): Promise<void> {
  await sql`
    delete from sessions where last_seen_at < ${since}
      or id not in (select id from sessions order by last_seen_at desc, id desc limit ${most})`.execute(trx)
}

/** Returns the session of a secret if it was seen since `since`; otherwise null. */
export async function findSession(
  db: Reader,
  secretHash: string,
  tokenHash: string,
  since: Date,
): Promise<SessionRow | null> {
  const { rows } = await sql<SessionRow>`
    select id, created_at, last_seen_at, user_agent from sessions
    where secret_hash = ${secretHash} and token_hash = ${tokenHash} and last_seen_at >= ${since}`.execute(db)
  return rows[0] ?? null
}

export async function touchSession(trx: Trx, id: string, at: Date): Promise<void> {
  await sql`update sessions set last_seen_at = ${at} where id = ${id}`.execute(trx)
}

/** Returns the sessions of a token that were seen since `since`, most recently seen first. */
export async function listSessions(db: Reader, tokenHash: string, since: Date): Promise<SessionRow[]> {
  const { rows } = await sql<SessionRow>`
    select id, created_at, last_seen_at, user_agent from sessions
    where token_hash = ${tokenHash} and last_seen_at >= ${since} order by last_seen_at desc, id desc`.execute(
    db,
  )
  return rows
}

/** Returns false when there was no such session. */
export async function deleteSession(trx: Trx, id: string, tokenHash: string): Promise<boolean> {
  const { rows } =
    await sql`delete from sessions where id = ${id} and token_hash = ${tokenHash} returning id`.execute(trx)
  return rows.length === 1
}
