import { openSession, type Session } from '../agents/acp/session.ts'
import type { Launch, SessionUpdate } from '../agents/backend.ts'
import type { Profile } from '../agents/profile.ts'
import type { SessionHost } from '../agents/session-host.ts'
import type { PermissionPolicy } from '../contract/permission.ts'
import type { Caller } from '../models/grants.ts'
import type { Workspace } from '../workspace/attempt-workspace.ts'
import { describeEnd, startBackend, type RunningAgent } from './agent-process.ts'
import type { Engine } from './engine.ts'
import { openAccess, type ModelAccess } from './model-access.ts'
import { openHost } from './session-host.ts'

/** A backend at work in a workspace, ready for its first prompt. */
export interface OpenAgent {
  readonly session: Session
  readonly agent: RunningAgent
  readonly models: ModelAccess
  /** Ends the session and every process of it; resolves when they are gone. */
  close(): Promise<void>
}

export interface OpenAgentOptions {
  readonly profile: Profile
  readonly launch: Launch
  readonly workspace: Workspace
  /** On whose behalf it calls models. */
  readonly caller: Caller
  /** What its processes are for, in the records. */
  readonly label: string
  readonly policy: PermissionPolicy
  readonly answer: SessionHost['answer']
  readonly onUpdate: (update: SessionUpdate) => void
  /** Hears of the process before it is spoken to. */
  readonly onStart?: (agent: RunningAgent, models: ModelAccess) => Promise<void>
  /** A session of this agent to continue, where it can. */
  readonly resume?: string | null
}

/** Starts a backend's program inside the walls and opens a session with it. Throws with a sentence; then nothing is left. */
export async function openAgent(
  engine: Engine,
  options: OpenAgentOptions,
  signal: AbortSignal,
): Promise<OpenAgent> {
  const { profile, launch, workspace, label } = options
  const models = await openAccess(engine, profile, options.caller, signal)
  let agent: RunningAgent | null = null
  try {
    agent = await startBackend(engine, profile, launch, workspace, models.access, label, signal)
    const { child } = agent
    await options.onStart?.(agent, models)
    const session = await openSession(
      {
        stdin: child.stdin,
        stdout: child.stdout,
        ended: describeEnd(agent),
        cwd: workspace.dir,
        limits: { ...engine.limits.session, ...profile.limits },
        maxBytes: engine.limits.sessionBytes,
        wishes: profile.session,
        host: openHost(engine, { ...options, agent, signal }),
        onUpdate: options.onUpdate,
        resume: options.resume ?? null,
      },
      signal,
    )
    const close = async (): Promise<void> => {
      await Promise.all([session.close(), child.kill()])
      await models.close()
    }
    // What the gateway counts need not be told by the agent, who may count otherwise.
    const usage = agent.usage === 'metered' ? () => null : session.usage
    return { session: { ...session, usage }, agent, models, close }
  } catch (error) {
    await agent?.child.kill()
    await models.close()
    throw error
  }
}
