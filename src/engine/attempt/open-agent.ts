import { openSession, type SessionOptions } from '../../agents/acp/session.ts'
import type { Session } from '../../agents/session/session.ts'
import { openCommandSession } from '../../agents/command/session.ts'
import type { Launch, SessionUpdate } from '../../agents/backend.ts'
import type { Profile } from '../../agents/profile.ts'
import type { SessionHost } from '../../agents/session/session-host.ts'
import type { BoardActions } from '../../board/actions.ts'
import { boardPath } from '../../board/board.ts'
import type { BoardAccess } from '../../board/put-program.ts'
import type { PermissionPolicy } from '../../contract/permission.ts'
import type { Caller } from '../../models/gateway/grants.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'
import { describeEnd, prepareProgram, type Program } from './agent-process.ts'
import type { Engine } from '../engine.ts'
import { NoModelNow, openAccess, type ModelAccess } from '../models/model-access.ts'
import { openHost } from './attempt-host.ts'

/** A backend running in a workspace, ready for its first prompt. */
export interface OpenAgent {
  readonly session: Session
  readonly models: ModelAccess
  /** Kills its processes at once, as an outside kill would: the session fails. */
  kill(): Promise<void>
  /** Ends the session and all its processes; resolves when they are gone. */
  close(): Promise<void>
}

export interface OpenAgentOptions {
  readonly profile: Profile
  readonly launch: Launch
  readonly workspace: Workspace
  /** The caller on whose behalf models are called. */
  readonly caller: Caller
  /** The model that a person chose; without it, the provider and the backend decide. */
  readonly model?: string | null
  /** The purpose of its processes, as recorded. */
  readonly label: string
  readonly policy: PermissionPolicy
  readonly answer: SessionHost['answer']
  readonly onUpdate: (update: SessionUpdate) => void
  /** The operations on the board of its job; without them there is no board. */
  readonly board?: BoardActions
  /** Called with the model access before any process is started. */
  readonly onStart?: (models: ModelAccess) => Promise<void>
  /** The id of a session to continue, if the agent can. */
  readonly resume?: string | null
}

/**
 * Starts a backend's program inside the walls and opens a session with it. On failure it throws a readable error and leaves
 * no process behind.
 */
export async function openAgent(
  engine: Engine,
  options: OpenAgentOptions,
  signal: AbortSignal,
): Promise<OpenAgent> {
  const { profile, launch, workspace, label } = options
  const models = await openAccess(engine, options, signal)
  const { access: board, close: closeBoard } = openBoardAccess(engine, options, signal)
  try {
    const program = await prepareProgram(engine, profile, launch, workspace, models.access, { label, board })
    await options.onStart?.(models)
    const open = profile.kind === 'command' ? openCommand : openProtocol
    const { session, kill } = await open(engine, options, { program, models, board }, signal)
    const close = async (): Promise<void> => {
      await session.close()
      closeBoard()
      await models.close()
    }
    // The gateway's count takes precedence, because the agent's own count may differ.
    const usage = models.access.gateway === null ? session.usage : () => null
    return { session: { ...session, usage }, models, kill, close }
  } catch (error) {
    closeBoard()
    await models.close()
    const wait = models.wait()
    throw wait === null ? error : new NoModelNow(wait)
  }
}

/** Gives the session access to the board of its job, until it is closed or the signal fires. */
function openBoardAccess(
  engine: Engine,
  { board }: OpenAgentOptions,
  signal: AbortSignal,
): { readonly access: BoardAccess | null; readonly close: () => void } {
  if (board === undefined) return { access: null, close: () => undefined }
  const { token, close } = engine.board.open(board, signal)
  return { access: { url: `${engine.models.gateway.url}${boardPath}`, token }, close }
}

/** The parts that a session is opened with. */
interface SessionParts {
  readonly program: Program
  readonly models: ModelAccess
  readonly board: BoardAccess | null
}

interface Opened {
  readonly session: Session
  readonly kill: () => Promise<void>
}

/** Opens a session with an agent that speaks the protocol: one process for the whole session, which ends with it. */
async function openProtocol(
  engine: Engine,
  options: OpenAgentOptions,
  { program, models, board }: SessionParts,
  signal: AbortSignal,
): Promise<Opened> {
  const { profile, workspace, label, policy, answer, onUpdate, resume = null } = options
  const { readable, tools } = program
  const child = await program.start([], signal)
  try {
    const session = await openSession(
      {
        stdin: child.stdin,
        stdout: child.stdout,
        ended: describeEnd(child),
        cwd: workspace.dir,
        limits: { ...engine.limits.session, ...profile.limits },
        maxBytes: engine.limits.sessionBytes,
        preferences: profile.session,
        // Through the gateway, the agent's settings name the model; with the agent's own log-in, only the session can set it.
        model: models.access.gateway === null ? models.access.model : null,
        title: `Slipway: ${label}`,
        mcpServers: board === null ? [] : [serverOf(board)],
        host: openHost(engine, { workspace, readable, tools, policy, label, answer, signal }),
        onUpdate,
        resume,
      },
      signal,
    )
    const close = async (): Promise<void> => {
      await Promise.all([session.close(), child.kill()])
    }
    return { session: { ...session, close }, kill: child.kill }
  } catch (error) {
    await child.kill()
    throw error
  }
}

/** Describes the board as an MCP server; agents without HTTP support for MCP do not receive it. */
function serverOf({ url, token }: BoardAccess): NonNullable<SessionOptions['mcpServers']>[number] {
  const headers = [{ name: 'Authorization', value: `Bearer ${token}` }]
  return { type: 'http', name: 'slipway', url, headers }
}

/** Opens a session with a program without a protocol: one process for each turn. */
function openCommand(
  engine: Engine,
  { profile, workspace, onUpdate }: OpenAgentOptions,
  { program, models }: SessionParts,
): Promise<Opened> {
  const session = openCommandSession({
    start: program.start,
    by: profile.prompt ?? 'stdin',
    home: workspace.home,
    limits: { ...engine.limits.session, ...profile.limits },
    maxBytes: engine.limits.sessionBytes,
    model: models.access.model,
    onUpdate,
  })
  return Promise.resolve({ session, kill: session.close })
}
