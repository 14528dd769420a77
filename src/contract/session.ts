import { z } from 'zod'
import { plainText } from './plain-text.ts'

/** What a browser sends once to be let in: the token that `slipway token` prints. */
export const NewSession = z.strictObject({ token: plainText('the token is missing').min(1).max(200) })
export type NewSession = z.infer<typeof NewSession>

/** A code that logs one browser in, once: opened as `/?code=<code>` on any page before `expires_at`. */
export const LogInCode = z.object({ code: z.string(), expires_at: z.string() })
export type LogInCode = z.infer<typeof LogInCode>

/** A browser that is logged in. The secret in its cookie is nowhere: only its hash is kept. */
export const SessionView = z.object({
  id: z.uuid(),
  created_at: z.string(),
  last_seen_at: z.string(),
  /** When it ends unless it is used before. */
  expires_at: z.string(),
  user_agent: z.string(),
  /** Whether it is the session that asks. */
  current: z.boolean(),
})
export type SessionView = z.infer<typeof SessionView>

export const SessionList = z.object({ sessions: z.array(SessionView) })
export type SessionList = z.infer<typeof SessionList>
