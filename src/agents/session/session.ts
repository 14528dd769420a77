import type { ReportedUsage, TurnEnd } from '../backend.ts'

/** How a session came to be: anew, or as a continuation of one that the agent still knows. */
export type SessionOrigin = 'new' | 'resumed' | 'loaded'

/** A conversation with one agent process, whatever it speaks: prompt turn after turn, cancel by the signal, close. */
export interface Session {
  /** The agent's own name for it. */
  readonly id: string
  readonly origin: SessionOrigin
  /** The model, where the agent tells it. */
  readonly model: string | null
  /** Sends one prompt and resolves when the agent stops. Throws `SessionError`. */
  prompt(text: string, signal: AbortSignal): Promise<TurnEnd>
  /** What the agent says it has used so far; null when it says nothing. */
  usage(): ReportedUsage | null
  /** Ends the connection and the commands that ran for the agent. */
  close(): Promise<void>
}
