import type { AgentView, AttemptView } from '../../../src/contract/job.ts'

export interface ChosenSession {
  readonly agent: AgentView
  /** Null while the agent has had no attempt. */
  readonly attemptId: string | null
  /** The agent's newest session is followed: when it begins another, that one is shown. */
  readonly isNewest: boolean
}

/**
 * Whose session is shown: that of a named attempt, else the newest of a named agent. An address that names neither, or
 * what is not there, gives null.
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

/** Whom to look at when nobody is named: who works, else who said something last. */
export function likeliestAgent(agents: readonly AgentView[]): AgentView | undefined {
  return (
    agents.find((agent) => agent.status === 'working') ??
    agents.toSorted((a, b) => (b.last_activity_at ?? '').localeCompare(a.last_activity_at ?? ''))[0]
  )
}
