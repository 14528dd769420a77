import path from 'node:path'
import type { Launch } from '../agents/backend.ts'
import { prepareLaunch } from '../agents/prepare-launch.ts'
import type { Profile } from '../agents/profile.ts'
import type { AttemptTask } from '../store/attempts.ts'
import { updateAttempt } from '../store/attempts.ts'
import type { Sandboxed } from '../sandbox/launcher.ts'
import type { Workspace } from '../workspace/attempt-workspace.ts'
import { AppError } from '../lib/app-error.ts'
import type { Engine } from './engine.ts'

/** An agent's process inside its walls, and the end of what it wrote on stderr. */
export interface RunningAgent {
  readonly child: Sandboxed
  readonly stderrTail: () => string
}

const STDERR_TAIL = 2000

/** Starts the backend of an attempt in its sandbox. */
export async function startAgent(
  engine: Engine,
  attempt: AttemptTask,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<RunningAgent> {
  const backend = engine.catalogue.find(await engine.settings(), attempt.backend)
  if (backend === null)
    throw new AppError(409, 'unknown_backend', `The backend "${attempt.backend}" is no longer configured.`)
  const { launch, reason } = await backend.detect()
  if (launch === null)
    throw new AppError(
      409,
      'backend_unavailable',
      `The backend "${attempt.backend}" cannot be used: ${reason}`,
    )
  const agent = await startBackend(
    engine,
    backend.profile,
    launch,
    workspace,
    `attempt ${attempt.id}`,
    signal,
  )
  await engine.db.tx((trx) => updateAttempt(trx, attempt.id, { walls: agent.child.walls }))
  return agent
}

/**
 * Starts a backend's program in a workspace, inside the walls. The environment holds what is listed here and nothing
 * else; `label` says in the records what the process is for.
 */
export async function startBackend(
  engine: Engine,
  profile: Profile,
  launch: Launch,
  workspace: Workspace,
  label: string,
  signal: AbortSignal,
): Promise<RunningAgent> {
  const prepared = await prepareLaunch(
    profile,
    launch,
    { gateway: null, model: null },
    { home: workspace.home, ownHome: engine.ownHome },
  )
  const { PATH = '', ...env } = prepared.env
  const { nodePath } = engine.catalogue.places
  const child = await engine.launcher.launch(
    {
      command: prepared.command,
      cwd: workspace.dir,
      env: {
        PATH: PATH === '' ? engine.limits.path : `${PATH}:${engine.limits.path}`,
        LANG: 'C.UTF-8',
        TERM: 'dumb',
        NO_COLOR: '1',
        ...env,
      },
      home: workspace.home,
      writable: [workspace.dir],
      readable: [...workspace.readable, path.dirname(nodePath), ...prepared.readable],
      label,
    },
    signal,
  )
  let tail = ''
  child.stderr.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-STDERR_TAIL)
  })
  return { child, stderrTail: () => tail }
}

/** How an agent's process ended, in words with the end of its stderr. */
export async function describeEnd(agent: RunningAgent): Promise<string> {
  const { code, signal } = await agent.child.exited
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`
  const tail = agent.stderrTail().trim()
  return tail === '' ? `${how}.` : `${how}. It wrote: ${tail.slice(-500)}`
}
