import type { ReportedUsage, TurnEnd } from '../backend.ts'

/** The origin of a session: new, or a continuation of one that the agent still has. */
export type SessionOrigin = 'new' | 'resumed' | 'loaded'

/** A session with one agent process, independent of its protocol: one prompt per turn, cancelled by the signal. */
export interface Session {
  /** The agent's own id for it. */
  readonly id: string
  readonly origin: SessionOrigin
  /** The model, if the agent reports it. */
  readonly model: string | null
  /** Sends one prompt and resolves when the agent stops. Throws `SessionError`. */
  prompt(text: string, signal: AbortSignal): Promise<TurnEnd>
  /** Returns the usage that the agent has reported so far; null when it reports none. */
  usage(): ReportedUsage | null
  /** Closes the connection and ends the commands that run for the agent. */
  close(): Promise<void>
}
