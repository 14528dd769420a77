import type { Decision } from './decision.ts'
import type { Snapshot } from './model.ts'
import { tasksOfPlan } from './plan-tasks.ts'

/**
 * What becomes of a plan once planning is done: it is adopted, or proposed to the person who wants to approve it. A
 * proposal stands, as edited, until that person decides; no clock and no restart moves it.
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

/** What the planner left last. */
function plannedIn(attempts: Snapshot['attempts']): Snapshot['job']['plan'] {
  const latest = attempts.findLast((attempt) => attempt.status === 'succeeded' && attempt.outcome?.plan)
  return latest?.outcome?.plan ?? null
}
