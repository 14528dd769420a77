import { openSession, type Session } from '../agents/acp/session.ts'
import type { Launch, SessionUpdate } from '../agents/backend.ts'
import type { Profile } from '../agents/profile.ts'
import type { SessionHost } from '../agents/session-host.ts'
import type { PermissionPolicy } from '../contract/permission.ts'
import type { Workspace } from '../workspace/attempt-workspace.ts'
import { describeEnd, startBackend, type RunningAgent } from './agent-process.ts'
import type { Engine } from './engine.ts'
import { openHost } from './session-host.ts'

/** A backend at work in a workspace, ready for its first prompt. */
export interface OpenAgent {
  readonly session: Session
  readonly agent: RunningAgent
  /** Ends the session and every process of it; resolves when they are gone. */
  close(): Promise<void>
}

export interface OpenAgentOptions {
  readonly profile: Profile
  readonly launch: Launch
  readonly workspace: Workspace
  /** What its processes are for, in the records. */
  readonly label: string
  readonly policy: PermissionPolicy
  readonly answer: SessionHost['answer']
  readonly onUpdate: (update: SessionUpdate) => void
  /** Hears of the process before it is spoken to. */
  readonly onStart?: (agent: RunningAgent) => Promise<void>
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
  const agent = await startBackend(engine, profile, launch, workspace, label, signal)
  try {
    await options.onStart?.(agent)
    const session = await openSession(
      {
        stdin: agent.child.stdin,
        stdout: agent.child.stdout,
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
      await Promise.all([session.close(), agent.child.kill()])
    }
    return { session, agent, close }
  } catch (error) {
    await agent.child.kill()
    throw error
  }
}
