import { createHash, randomBytes } from 'node:crypto'
import type { SessionView } from '../../contract/session.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../store/database/database.ts'
import {
  deleteSession,
  findSession,
  insertSession,
  listSessions,
  pruneSessions,
  touchSession,
  type SessionRow,
} from '../../store/server/sessions.ts'

/** A logged-in browser, as it is shown to people. */
export type BrowserSession = Omit<SessionView, 'current'>

/**
 * The sessions of browsers. A secret has 256 random bits and is stored only as its SHA-256; it is valid until it has not
 * been used for `limits.sessionMs`, its session is ended, or the token it was exchanged for is replaced.
 */
export interface BrowserSessions {
  /** Opens a session; returns the secret that its browser sends from now on. */
  open(userAgent: string): Promise<string>
  /** Finds the session of a secret; null when it has ended. `renewed`: whether this call extended it. */
  find(secret: string): Promise<(BrowserSession & { readonly renewed: boolean }) | null>
  /** Returns the sessions that are valid, the last seen first. */
  list(): Promise<BrowserSession[]>
  /** Returns false when there was no such session. */
  end(id: string): Promise<boolean>
}

export interface SessionLimits {
  readonly sessionMs: number
  readonly sessionSeenMs: number
  readonly sessions: number
  readonly userAgentChars: number
}

export function openBrowserSessions(db: Database, token: string, limits: SessionLimits): BrowserSessions {
  const tokenHash = hashOf(token)
  const oldest = (now: Date): Date => new Date(now.getTime() - limits.sessionMs)
  return {
    async open(userAgent) {
      const secret = randomBytes(32).toString('base64url')
      const at = clock.date()
      await db.tx(async (trx) => {
        await insertSession(trx, {
          id: newId(),
          secretHash: hashOf(secret),
          tokenHash,
          userAgent: userAgent.slice(0, limits.userAgentChars),
          at,
        })
        await pruneSessions(trx, oldest(at), limits.sessions)
      })
      return secret
    },
    async find(secret) {
      const now = clock.date()
      const row = await findSession(db.reader, hashOf(secret), tokenHash, oldest(now))
      if (row === null) return null
      const renewed = now.getTime() - row.last_seen_at.getTime() >= limits.sessionSeenMs
      if (renewed) await db.tx((trx) => touchSession(trx, row.id, now))
      return { ...view(renewed ? { ...row, last_seen_at: now } : row, limits), renewed }
    },
    list: async () =>
      (await listSessions(db.reader, tokenHash, oldest(clock.date()))).map((row) => view(row, limits)),
    end: (id) => db.tx((trx) => deleteSession(trx, id, tokenHash)),
  }
}

function view(row: SessionRow, limits: SessionLimits): BrowserSession {
  return {
    id: row.id,
    created_at: isoTime(row.created_at),
    last_seen_at: isoTime(row.last_seen_at),
    expires_at: isoTime(new Date(row.last_seen_at.getTime() + limits.sessionMs)),
    user_agent: row.user_agent,
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
