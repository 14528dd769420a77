import type { BackendView } from '../contract/backend.ts'

/**
 * The one interface to every agent. A backend is data: a program that speaks the Agent Client Protocol (ACP) on its
 * stdin and stdout, and what it needs around it.
 */
export interface Backend {
  readonly name: string
  readonly displayName: string
  readonly kind: BackendView['kind']
  readonly command: readonly string[]
  /** Added to the allow-listed environment of the agent's process. */
  readonly env: Readonly<Record<string, string>>
  /** Paths the agent's process must be able to read, whatever else the sandbox hides. */
  readonly readable: readonly string[]
  /** Never throws: what is wrong is the `reason`, with what to do about it. */
  detect(): Promise<Detection>
}

export interface Detection {
  readonly available: boolean
  readonly reason: string | null
  readonly version: string | null
}

/** What an agent's session tells while it works, in Slipway's words; the terms are ACP's. */
export type SessionUpdate =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string }
  | {
      readonly kind: 'tool_call'
      readonly id: string
      readonly title: string | null
      readonly status: string | null
      readonly toolKind: string | null
      readonly input: unknown
      readonly output: string | null
      readonly paths: readonly string[]
    }
  | {
      readonly kind: 'plan'
      readonly entries: readonly { readonly content: string; readonly status: string }[]
    }
  | { readonly kind: 'permission'; readonly title: string; readonly answer: string }
  | {
      readonly kind: 'usage'
      readonly inputTokens: number
      readonly outputTokens: number
      readonly costUsd: number | null
    }

/** How a turn ended. `end_turn` says that the agent stopped, never that it succeeded. */
export interface TurnEnd {
  readonly stopReason: string
}
