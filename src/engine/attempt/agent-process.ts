import path from 'node:path'
import type { Launch } from '../../agents/backend.ts'
import { prepareLaunch, type Access } from '../../agents/prepare-launch.ts'
import type { Profile } from '../../agents/profile.ts'
import { putBoardProgram, type BoardAccess } from '../../board/put-program.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { drained } from '../../sandbox/drained.ts'
import type { Sandboxed } from '../../sandbox/launcher.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'
import { backoffMs } from '../../domain/limits.ts'
import type { HeldBack } from '../../domain/model.ts'
import { AppError } from '../../lib/app-error.ts'
import { isoTime } from '../../lib/clock.ts'
import type { Engine } from '../engine.ts'

/** The end of what an agent wrote on stderr that is kept. */
const STDERR_TAIL = 2000

/** The backend of an attempt, and where it is on this machine. Throws `AppError` when it cannot be used any more. */
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

/** How soon it is looked again for a program that is not there; doubles with each attempt, to a minute. */
const LOOK_AGAIN_MS = 2000

/** What an attempt waits for whose backend is configured and not usable just now, as while it is upgraded; null otherwise. */
export async function missingBackend(engine: Engine, attempt: AttemptTask): Promise<HeldBack | null> {
  const backend = engine.catalogue.find(await engine.settings(), attempt.backend)
  const { launch = null, reason = null } = (await backend?.detect()) ?? {}
  if (backend === null || launch !== null) return null
  const until = Date.now() + backoffMs(attempt.number, LOOK_AGAIN_MS)
  const on = `the backend "${attempt.backend}", which cannot be used: ${(reason ?? 'nobody knows why').replace(/\.$/, '')}`
  return { for: 'retry', on, until: isoTime(new Date(until)) }
}

/** A backend's program, ready to be started in a workspace as often as it takes. */
export interface Program {
  /** What its walls let it read besides the machine and its workspace. */
  readonly readable: readonly string[]
  /** What goes in front of the PATH of its commands; empty for nothing. */
  readonly tools: string
  /** Starts it inside the walls, with these words after its own. */
  start(words: readonly string[], signal: AbortSignal): Promise<Sandboxed>
}

/**
 * Makes a backend's program ready to be started in a workspace. Its environment holds what is listed here and nothing
 * else; `label` says in the records what its processes are for.
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
  const { nodePath } = engine.catalogue.places
  const tools = board === null ? '' : await putBoardProgram(workspace.home, nodePath, board)
  const front = [tools, PATH].filter((dirs) => dirs !== '').join(':')
  const programs = engine.limits.path.split(':')
  const readable = [...workspace.readable, path.dirname(nodePath), ...programs, ...prepared.readable]
  return {
    readable,
    tools,
    start: (words, signal) =>
      engine.launcher.launch(
        {
          command: [...prepared.command, ...words],
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

/** What every process in the walls finds in its environment; `front` goes in front of PATH. */
export function agentEnvironment(engine: Engine, front: string): Record<string, string> {
  return {
    PATH: front === '' ? engine.limits.path : `${front}:${engine.limits.path}`,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
  }
}

/** How an agent's process ended, in words with the end of its stderr. */
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
