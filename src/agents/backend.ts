import type { BackendView } from '../contract/backend.ts'
import type { PermissionPolicy } from '../contract/permission.ts'
import type { Profile } from './profile.ts'

/** The one interface to every agent: what it is, as data, and where it is on this machine. */
export interface Backend {
  readonly profile: Profile
  /** Never throws: what is wrong is the `reason`, with what to do about it. Starts no process. */
  detect(): Promise<Detection>
}

export interface Detection {
  readonly available: boolean
  readonly reason: string | null
  readonly version: string | null
  readonly source: BackendView['installed']
  /** How it is started; null when it is not there. */
  readonly launch: Launch | null
}

export interface Launch {
  readonly command: readonly string[]
  /** Directories that go in front of PATH. */
  readonly path: readonly string[]
  /** Paths the agent's process must be able to read, whatever else the sandbox hides. */
  readonly readable: readonly string[]
  /** Where Slipway installed it; null when it did not. */
  readonly installDir: string | null
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
      readonly diffs: readonly FileEdit[]
    }
  | {
      readonly kind: 'plan'
      readonly entries: readonly { readonly content: string; readonly status: string }[]
    }
  | {
      readonly kind: 'permission'
      readonly title: string
      readonly answer: string
      /** The policy of the job that answered. */
      readonly policy: PermissionPolicy
    }
  | ({ readonly kind: 'usage' } & ReportedUsage)

/** What an agent has changed in a file, by its own account; `old` is null for a new file. */
export interface FileEdit {
  readonly path: string
  readonly old: string | null
  readonly new: string
}

/** What an agent says it has used in its session so far. */
export interface ReportedUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number | null
}

/** How a turn ended. `end_turn` says that the agent stopped, never that it succeeded. */
export interface TurnEnd {
  readonly stopReason: string
}
