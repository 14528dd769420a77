import type { BackendView } from '../contract/backend.ts'
import type { PermissionPolicy } from '../contract/permission.ts'
import type { Profile } from './profile.ts'

/** The one interface to every agent: its profile, as data, and its location on this machine. */
export interface Backend {
  readonly profile: Profile
  /** Never throws: problems are reported in `reason`, with advice. Starts no process. */
  detect(): Promise<Detection>
}

export interface Detection {
  readonly available: boolean
  readonly reason: string | null
  readonly version: string | null
  readonly source: BackendView['installed']
  /** How to start it; null when it is not installed. */
  readonly launch: Launch | null
}

export interface Launch {
  readonly command: readonly string[]
  /** Directories that are prepended to PATH. */
  readonly path: readonly string[]
  /** Paths that the agent's process must be able to read, whatever else the sandbox hides. */
  readonly readable: readonly string[]
  /** The directory where Slipway installed it; null when it did not. */
  readonly installDir: string | null
}

/** An update from an agent's session while it works; the terms are ACP's. */
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
      /** The policy of the job, which gave the answer. */
      readonly policy: PermissionPolicy
    }
  | ({ readonly kind: 'usage' } & ReportedUsage)

/** A change to a file as reported by an agent; `old` is null for a new file. */
export interface FileEdit {
  readonly path: string
  readonly old: string | null
  readonly new: string
}

/** The usage that an agent has reported in its session so far. */
export interface ReportedUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number | null
}

/** The end of a turn. `end_turn` means that the agent stopped, not that it succeeded. */
export interface TurnEnd {
  readonly stopReason: string
}
