import { afterAll, beforeAll, beforeEach, afterEach, expect, it, vi } from 'vitest'
import { openTestStore } from '../../../test/helpers/test-store.ts'
import type { Database } from '../../store/database/database.ts'
import { openBrowserSessions, type BrowserSessions } from './browser-sessions.ts'

let db: Database
let sessions: BrowserSessions
let tokens = 0

const limits = { sessionMs: 10_000, sessionSeenMs: 1000, sessions: 2, userAgentChars: 5 }

beforeAll(async () => {
  db = await openTestStore()
})
afterAll(() => db.close())
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  sessions = openBrowserSessions(db, `token ${(tokens += 1)}`, limits)
  await db.tx((trx) => trx.deleteFrom('sessions').execute())
})
afterEach(() => vi.useRealTimers())

it('a secret identifies its session, and is not stored', async () => {
  const secret = await sessions.open('Firefox')
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect(await sessions.find(secret)).toMatchObject({ user_agent: 'Firef', renewed: false })
  expect(await sessions.find(`${secret}x`)).toBeNull()
  const rows = await db.reader.selectFrom('sessions').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain(secret)
})

it('a session lasts as long as it is used', async () => {
  const secret = await sessions.open('a')
  const first = (await sessions.find(secret))?.expires_at ?? ''
  vi.setSystemTime(Date.now() + 9000)
  expect(await sessions.find(secret)).toMatchObject({ renewed: true })
  expect(await sessions.find(secret)).toMatchObject({ renewed: false })
  vi.setSystemTime(Date.now() + 9000)
  const found = await sessions.find(secret)
  expect(Date.parse(found?.expires_at ?? '') - Date.parse(first)).toBe(18_000)
  vi.setSystemTime(Date.now() + 10_001)
  expect([await sessions.find(secret), await sessions.list()]).toEqual([null, []])
})

it('a session is ended once', async () => {
  const secret = await sessions.open('a')
  const [{ id } = { id: '' }] = await sessions.list()
  expect([await sessions.end(id), await sessions.end(id), await sessions.find(secret)]).toEqual([
    true,
    false,
    null,
  ])
})

it('a session beyond the limit ends the one that was unused for longest', async () => {
  const [one, two] = [await sessions.open('1'), await sessions.open('2')]
  vi.setSystemTime(Date.now() + 2000)
  await sessions.find(one)
  const three = await sessions.open('3')
  expect(await sessions.find(two)).toBeNull()
  expect([await sessions.find(one), await sessions.find(three)]).toMatchObject([
    { user_agent: '1' },
    { user_agent: '3' },
  ])
  expect((await sessions.list()).map((session) => session.user_agent)).toHaveLength(2)
})

it('another token invalidates all sessions', async () => {
  const secret = await sessions.open('a')
  const others = openBrowserSessions(db, 'replaced', limits)
  const [{ id } = { id: '' }] = await sessions.list()
  expect([await others.find(secret), await others.list(), await others.end(id)]).toEqual([null, [], false])
})
