import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../database/database.ts'
import {
  deleteSession,
  findSession,
  insertSession,
  listSessions,
  pruneSessions,
  touchSession,
} from './sessions.ts'

let db: Database

beforeEach(async () => {
  db = await openTestStore()
})
afterEach(() => db.close())

const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n))
const tokenHash = 'token'

/** Logs a browser in at this minute; its secret is named like it. */
async function logIn(secretHash: string, at: number, token = tokenHash): Promise<string> {
  const session = { id: newId(), secretHash, tokenHash: token, userAgent: secretHash, at: minute(at) }
  await db.tx((trx) => insertSession(trx, session))
  return session.id
}

/** Returns the browsers that are logged in with the token, and were seen since this minute. */
async function browsers(since = 0, token = tokenHash): Promise<string[]> {
  return (await listSessions(db.reader, token, minute(since))).map(({ user_agent }) => user_agent)
}

it('a session is found by its secret and token while it is in use', async () => {
  const id = await logIn('one', 5)
  const found = { id, created_at: minute(5), last_seen_at: minute(5), user_agent: 'one' }
  expect(await findSession(db.reader, 'one', tokenHash, minute(5))).toEqual(found)
  expect(await findSession(db.reader, 'one', tokenHash, minute(6))).toBeNull()
  expect(await findSession(db.reader, 'one', 'another token', minute(0))).toBeNull()
  expect(await findSession(db.reader, 'another', tokenHash, minute(0))).toBeNull()
  await db.tx((trx) => touchSession(trx, id, minute(9)))
  expect(await findSession(db.reader, 'one', tokenHash, minute(6))).toEqual({
    ...found,
    last_seen_at: minute(9),
  })
})

it('sessions of a token are listed, the most recent one first', async () => {
  const old = await logIn('old', 1)
  await logIn('young', 2)
  await logIn('of another token', 3, 'another')
  expect(await browsers()).toEqual(['young', 'old'])
  await db.tx((trx) => touchSession(trx, old, minute(4)))
  expect(await browsers()).toEqual(['old', 'young'])
  expect(await browsers(3)).toEqual(['old'])
  expect(await browsers(5)).toEqual([])
})

it('a session can be ended only with its token', async () => {
  const id = await logIn('one', 1)
  const end = (token: string): Promise<boolean> => db.tx((trx) => deleteSession(trx, id, token))
  expect(await end('another')).toBe(false)
  expect(await browsers()).toEqual(['one'])
  expect(await end(tokenHash)).toBe(true)
  expect(await end(tokenHash)).toBe(false)
  expect(await browsers()).toEqual([])
})

it('pruning keeps the most recent of the sessions in use', async () => {
  for (let n = 1; n <= 5; n += 1) await logIn(String(n), n)
  const prune = (since: number, most: number): Promise<void> =>
    db.tx((trx) => pruneSessions(trx, minute(since), most))
  await prune(0, 10)
  expect(await browsers()).toEqual(['5', '4', '3', '2', '1'])
  await prune(2, 10)
  expect(await browsers()).toEqual(['5', '4', '3', '2'])
  await prune(0, 2)
  expect(await browsers()).toEqual(['5', '4'])
  await prune(0, 0)
  expect(await browsers()).toEqual([])
})
