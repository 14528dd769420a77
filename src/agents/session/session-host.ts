import type { PermissionKind, PermissionPolicy } from '../../contract/permission.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'

/** What a command is started with; its walls and the rest of its environment are the host's affair. */
export interface CommandSpec {
  readonly command: readonly string[]
  readonly cwd: string | null
  readonly env: Readonly<Record<string, string>>
}

/** What an agent asks before it does something. */
export interface PermissionAsked {
  readonly title: string
  /** ACP's kind of the tool: edit, execute, fetch and others; null when it was not told. */
  readonly toolKind: string | null
  readonly input: unknown
  readonly options: readonly PermissionChoice[]
}

export interface PermissionChoice {
  readonly id: string
  readonly name: string
  readonly kind: PermissionKind
}

/** What a session may ask of whoever runs it. Everything happens inside the workspace. */
export interface SessionHost {
  readonly policy: PermissionPolicy
  /** The option that was chosen; null refuses. Ends with the signal. */
  answer(asked: PermissionAsked, signal: AbortSignal): Promise<PermissionChoice | null>
  /** Null when there is no such file. Throws with a sentence when it may not be read. */
  readFile(path: string): Promise<string | null>
  writeFile(path: string, text: string): Promise<void>
  startCommand(spec: CommandSpec): Promise<Sandboxed>
}
