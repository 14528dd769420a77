import type { Role } from '../contract/words.ts'
import type { Decision } from './decision.ts'
import type { Attempt, AttemptWait, Snapshot } from './model.ts'

/**
 * Returns the wait of an attempt that was interrupted because no model could be called or the server's program was gone;
 * null when that is over, or was not the case. Such an attempt does not count as a failure.
 */
export function waitAfterAttempt(
  snapshot: Snapshot,
  attempt: Attempt | undefined,
  now: number,
): Decision[] | null {
  const held = attempt?.outcome?.held
  if (attempt === undefined || held === undefined) return null
  const { taskId } = attempt
  switch (held.for) {
    case 'budget': {
      const same = held.budgetVersion === snapshot.models.budgetVersion
      return same ? [{ do: 'wait-person', for: 'budget', taskId, on: held.on }] : null
    }
    case 'upgrade':
    case 'retry': {
      const until = Date.parse(held.until)
      const named = held.for === 'retry' ? {} : { for: held.for }
      return until > now ? [{ do: 'wait-retry', ...named, taskId, until, on: held.on }] : null
    }
    case 'provider':
      return waitForLimit(held, taskId, now)
    case 'backend': {
      const blocked = snapshot.models.blocked.find((provider) => provider.name === held.provider)
      return blocked === undefined ? null : [{ do: 'wait-person', for: 'backend', taskId, on: blocked.on }]
    }
  }
}

function waitForLimit(
  held: Extract<AttemptWait, { for: 'provider' }>,
  taskId: string,
  now: number,
): Decision[] | null {
  const until = Date.parse(held.until)
  return until > now ? [{ do: 'wait-retry', for: 'provider', taskId, until, on: held.on }] : null
}

/**
 * Replaces the start of work on a backend whose subscription is known to be used up, because another attempt of the job has
 * hit its limit, by a wait. Work on other backends continues.
 */
export function withinLimits(snapshot: Snapshot, decisions: readonly Decision[], now: number): Decision[] {
  const { job, tasks, attempts } = snapshot
  const met = attempts
    .filter((attempt) => attempt.epoch === job.epoch)
    .flatMap(({ outcome }) => (outcome?.held?.for === 'provider' ? [outcome.held] : []))
    .filter((held) => Date.parse(held.until) > now)
  if (met.length === 0) return [...decisions]
  const backendOf = (role: Role): string => job.agents[role] ?? job.backend
  return decisions.flatMap((decision) => {
    if (decision.do !== 'start-attempt' && decision.do !== 'start-review') return [decision]
    const [backend] =
      decision.do === 'start-review'
        ? [backendOf('reviewer')]
        : tasks.filter((task) => task.id === decision.taskId).map((task) => backendOf(task.role))
    const held = met.findLast((other) => other.backend === backend)
    return (held === undefined ? null : waitForLimit(held, decision.taskId, now)) ?? [decision]
  })
}

/** Returns the attempts that count as failures or interruptions. */
export function counted(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter((attempt) => attempt.outcome?.held === undefined)
}

/** Replaces the start of work that calls a model by a wait while the job's budget is used up; a person can raise it. */
export function withinBudget(snapshot: Snapshot, decisions: readonly Decision[]): Decision[] {
  const { spent } = snapshot.models
  if (spent === null) return [...decisions]
  return decisions.map((decision) =>
    decision.do === 'start-attempt' || decision.do === 'start-review'
      ? { do: 'wait-person', for: 'budget', taskId: decision.taskId, on: spent }
      : decision,
  )
}
