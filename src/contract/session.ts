import { z } from 'zod'
import { plainText } from './plain-text.ts'

/** The body that a browser sends once to log in: the token printed by `slipway token`. */
export const NewSession = z.strictObject({ token: plainText('the token is missing').min(1).max(200) })
export type NewSession = z.infer<typeof NewSession>

/** A single-use code that logs one browser in: opened as `/?code=<code>` on any page before `expires_at`. */
export const LogInCode = z.object({ code: z.string(), expires_at: z.string() })
export type LogInCode = z.infer<typeof LogInCode>

/** The session of a logged-in browser. The secret in its cookie is not stored: only its hash is. */
export const SessionView = z.object({
  id: z.uuid(),
  created_at: z.string(),
  last_seen_at: z.string(),
  /** When it expires unless it is used before then. */
  expires_at: z.string(),
  user_agent: z.string(),
  /** Whether it is the session that made the request. */
  current: z.boolean(),
})
export type SessionView = z.infer<typeof SessionView>

export const SessionList = z.object({ sessions: z.array(SessionView) })
export type SessionList = z.infer<typeof SessionList>
