import path from 'node:path'
import type { SessionHost } from '../../agents/session/session-host.ts'
import type { PermissionPolicy } from '../../contract/permission.ts'
import { overwriteInside, readInside } from '../../lib/inside-files.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'
import { agentEnvironment } from './agent-process.ts'
import type { Engine } from '../engine.ts'

export interface HostOptions {
  readonly workspace: Workspace
  /** Paths that the agent's walls let it read. */
  readonly readable: readonly string[]
  /** Directories put before the PATH of its commands; an empty string for none. */
  readonly tools: string
  readonly policy: PermissionPolicy
  /** The purpose of the agent's processes, as recorded. */
  readonly label: string
  readonly answer: SessionHost['answer']
  readonly signal: AbortSignal
}

/** The maximum size in bytes of one file that an agent reads or writes through Slipway. */
const FILE_BYTES = 20_000_000

/** Serves an agent's requests inside its workspace: files without following links, commands inside the same walls. */
export function openHost(engine: Engine, options: HostOptions): SessionHost {
  const { workspace, label, signal } = options
  return {
    policy: options.policy,
    answer: options.answer,
    readFile: async (file) => (await readInside(workspace.dir, file, FILE_BYTES))?.toString('utf8') ?? null,
    writeFile: (file, text) => overwriteInside(workspace.dir, file, text, FILE_BYTES),
    startCommand: ({ command, cwd, env }) =>
      engine.launcher.launch(
        {
          command,
          cwd: insideOf(workspace.dir, cwd),
          env: { ...agentEnvironment(engine, options.tools), ...env },
          home: workspace.home,
          writable: [workspace.dir],
          readable: options.readable,
          label,
        },
        signal,
      ),
  }
}

function insideOf(dir: string, cwd: string | null): string {
  const file = path.resolve(dir, cwd ?? '.')
  if (file === dir || file.startsWith(`${dir}${path.sep}`)) return file
  throw new Error(`${file} is not in the workspace.`)
}
