import type { AgentView, AttemptView } from '../../../src/contract/job.ts'

export interface ChosenSession {
  readonly agent: AgentView
  /** Null when the agent has no attempt yet. */
  readonly attemptId: string | null
  /** Whether the agent's newest session is followed: a new session replaces the shown one. */
  readonly isNewest: boolean
}

/**
 * Returns the session to show: that of a named attempt, else the newest of a named agent. Null when neither is named, or it
 * does not exist.
 */
export function chooseSession(
  agents: readonly AgentView[],
  attempts: readonly AttemptView[],
  wanted: { readonly agent?: string | undefined; readonly attempt?: string | undefined },
): ChosenSession | null {
  const attempt = attempts.find(({ id }) => id === wanted.attempt)
  if (attempt !== undefined) {
    const agent = agents.find(({ name }) => name === attempt.agent)
    return agent === undefined
      ? null
      : { agent, attemptId: attempt.id, isNewest: agent.attempt_id === attempt.id }
  }
  const agent = agents.find(({ id }) => id === wanted.agent)
  return agent === undefined ? null : { agent, attemptId: agent.attempt_id, isNewest: true }
}

/** Returns the default agent to show: a working one, else the one with the latest activity. */
export function likeliestAgent(agents: readonly AgentView[]): AgentView | undefined {
  return (
    agents.find((agent) => agent.status === 'working') ??
    agents.toSorted((a, b) => (b.last_activity_at ?? '').localeCompare(a.last_activity_at ?? ''))[0]
  )
}
