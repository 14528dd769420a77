import path from 'node:path'
import type { Launch } from '../../agents/backend.ts'
import { prepareLaunch, type Access } from '../../agents/prepare-launch.ts'
import type { Profile } from '../../agents/profile.ts'
import { writeBoardProgram, type BoardAccess } from '../../board/put-program.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { drained } from '../../sandbox/drained.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'
import { backoffMs } from '../../domain/limits.ts'
import type { AttemptWait } from '../../domain/model.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import type { Engine } from '../engine.ts'

/** The maximum number of characters kept from the end of an agent's stderr. */
const STDERR_TAIL = 2000

/**
 * Returns the profile of an attempt's backend and the program found on this machine. Throws `AppError` when the backend is
 * no longer configured or cannot be used.
 */
export async function findBackend(
  engine: Engine,
  attempt: AttemptTask,
): Promise<{ profile: Profile; launch: Launch }> {
  const backend = engine.catalogue.find(await engine.settings(), attempt.backend)
  if (backend === null)
    throw new AppError('unknown_backend', `The backend "${attempt.backend}" is no longer configured.`)
  const { launch, reason } = await backend.detect()
  if (launch === null)
    throw new AppError('backend_unavailable', `The backend "${attempt.backend}" cannot be used: ${reason}`)
  return { profile: backend.profile, launch }
}

/** The first delay in ms before a missing program is looked up again; it doubles with each attempt, up to a minute. */
const LOOK_AGAIN_MS = 2000

/**
 * Returns the wait of an attempt whose backend is configured but not usable now, for example while it is upgraded;
 * otherwise null.
 */
export async function missingBackend(engine: Engine, attempt: AttemptTask): Promise<AttemptWait | null> {
  const backend = engine.catalogue.find(await engine.settings(), attempt.backend)
  const { launch = null, reason = null } = (await backend?.detect()) ?? {}
  if (backend === null || launch !== null) return null
  const until = clock.now() + backoffMs(attempt.number, LOOK_AGAIN_MS)
  const on = `the backend "${attempt.backend}", which cannot be used: ${(reason ?? 'no reason given').replace(/\.$/, '')}`
  return { for: 'retry', on, until: isoTime(new Date(until)) }
}

/** A backend's program, prepared to be started in a workspace any number of times. */
export interface Program {
  /** Paths that the walls let it read in addition to the machine and its workspace. */
  readonly readable: readonly string[]
  /** Directories put before the PATH of its commands; an empty string for none. */
  readonly tools: string
  /** Starts the program inside the walls with `words` appended to its command. */
  start(args: readonly string[], signal: AbortSignal): Promise<Sandboxed>
}

/**
 * Prepares a backend's program to be started in a workspace. Its environment holds only the variables set here; `label` is
 * the purpose of its processes as recorded.
 */
export async function prepareProgram(
  engine: Engine,
  profile: Profile,
  launch: Launch,
  workspace: Workspace,
  access: Access,
  { label, board }: { readonly label: string; readonly board: BoardAccess | null },
): Promise<Program> {
  const prepared = await prepareLaunch(profile, launch, access, {
    home: workspace.home,
    ownHome: engine.ownHome,
  })
  const { PATH = '', ...env } = prepared.env
  const { nodePath } = engine.catalogue.locations
  const tools = board === null ? '' : await writeBoardProgram(workspace.home, nodePath, board)
  const front = [tools, PATH].filter((dirs) => dirs !== '').join(':')
  const programs = engine.limits.path.split(':')
  const readable = [...workspace.readable, path.dirname(nodePath), ...programs, ...prepared.readable]
  return {
    readable,
    tools,
    start: (args, signal) =>
      engine.launcher.launch(
        {
          command: [...prepared.command, ...args],
          cwd: workspace.dir,
          env: { ...agentEnvironment(engine, front), SLIPWAY_REPORTS_DIR: workspace.reports, ...env },
          home: workspace.home,
          writable: [workspace.dir],
          readable,
          label,
        },
        signal,
      ),
  }
}

/** Returns the environment of every process inside the walls; `front` is put before PATH. */
export function agentEnvironment(engine: Engine, front: string): Record<string, string> {
  return {
    PATH: front === '' ? engine.limits.path : `${front}:${engine.limits.path}`,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
  }
}

/** Describes how an agent's process ended: exit code or signal, and the end of its stderr. */
export async function describeEnd(child: Sandboxed): Promise<string> {
  let tail = ''
  child.stderr.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-STDERR_TAIL)
  })
  const { code, signal } = await child.exited
  await drained(child.stderr)
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`
  const wrote = tail.trim()
  return wrote === '' ? `${how}.` : `${how}. It wrote: ${wrote.slice(-500)}`
}
