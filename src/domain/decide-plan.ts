import type { Plan } from '../contract/plan.ts'
import type { Decision } from './decision.ts'
import type { Snapshot } from './model.ts'
import { tasksOfPlan } from './plan-tasks.ts'

/**
 * Decides about the plan once planning is done: it is adopted, or proposed when a person must approve it. A proposal, with
 * its edits, stays until that person decides, without a time limit and across restarts.
 */
export function decidePlan({ job, attempts }: Snapshot): Decision[] {
  if (!job.approvePlan || job.planApproved) {
    const plan = job.approvePlan ? job.proposal : plannedIn(attempts)
    if (plan === null) return [{ do: 'fail-job', error: 'Planning ended without a plan.' }]
    return [
      { do: 'adopt-plan', plan, tasks: tasksOfPlan(plan) },
      { do: 'enter-phase', phase: 'building' },
    ]
  }
  if (job.proposal === null) {
    const plan = plannedIn(attempts)
    return plan === null
      ? [{ do: 'fail-job', error: 'Planning ended without a plan.' }]
      : [{ do: 'propose-plan', plan }]
  }
  if (job.status === 'waiting' && job.wait?.for === 'approval') return []
  return job.phase === 'planning'
    ? [{ do: 'wait-approval' }]
    : [{ do: 'enter-phase', phase: 'planning' }, { do: 'wait-approval' }]
}

/** Returns the plan that the planner produced last; null when there is none. */
function plannedIn(attempts: Snapshot['attempts']): Plan | null {
  const latest = attempts.findLast((attempt) => attempt.status === 'succeeded' && attempt.outcome?.plan)
  return latest?.outcome?.plan ?? null
}
