import type { PermissionKind, PermissionPolicy } from '../../contract/permission.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'

/** A command to start; the host supplies its walls and the rest of its environment. */
export interface CommandSpec {
  readonly command: readonly string[]
  readonly cwd: string | null
  readonly env: Readonly<Record<string, string>>
}

/** A permission request of an agent. */
export interface PermissionPrompt {
  readonly title: string
  /** ACP's kind of the tool: edit, execute, fetch and others; null when it was not sent. */
  readonly toolKind: string | null
  readonly input: unknown
  readonly options: readonly PermissionChoice[]
}

export interface PermissionChoice {
  readonly id: string
  readonly name: string
  readonly kind: PermissionKind
}

/** The services that a session needs from its host. Everything happens inside the workspace. */
export interface SessionHost {
  readonly policy: PermissionPolicy
  /** Returns the chosen option; null refuses. Aborts with the signal. */
  answer(prompt: PermissionPrompt, signal: AbortSignal): Promise<PermissionChoice | null>
  /** Returns null when there is no such file. Throws with a sentence when the file may not be read. */
  readFile(path: string): Promise<string | null>
  writeFile(path: string, text: string): Promise<void>
  startCommand(spec: CommandSpec): Promise<Sandboxed>
}
