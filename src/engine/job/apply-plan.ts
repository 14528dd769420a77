import type { Decision } from '../../domain/decision.ts'
import type { Snapshot } from '../../domain/model.ts'
import { clock } from '../../lib/clock.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateJob } from '../../store/jobs.ts'
import { savePlans } from '../../store/plans.ts'
import { addTasks, ensureTeam } from './assemble-team.ts'

type PlanDecision = Extract<Decision, { do: 'adopt-plan' | 'propose-plan' | 'wait-approval' }>

export function isPlanDecision(decision: Decision): decision is PlanDecision {
  return decision.do === 'adopt-plan' || decision.do === 'propose-plan' || decision.do === 'wait-approval'
}

/** Applies a decision about a plan: adopts it with its tasks, proposes it, or waits for a person to approve it. */
export async function applyPlan(
  trx: JobTrx,
  snapshot: Snapshot,
  decision: PlanDecision,
): Promise<NewEvent[]> {
  const { job } = snapshot
  const version = job.planVersion + 1
  switch (decision.do) {
    case 'adopt-plan': {
      const adopted = job.approvePlan ? job.planVersion : version
      await savePlans(trx, job.id, { adopted: decision.plan })
      await updateJob(trx, job.id, { plan_version: adopted })
      const added = await addTasks(trx, snapshot, await ensureTeam(trx, snapshot), decision.tasks)
      return [
        {
          type: 'plan.adopted',
          actor: 'server',
          message: `The plan "${decision.plan.title}" was adopted: ${decision.tasks.length} tasks.`,
          data: { plan: decision.plan, version: adopted },
        },
        ...added,
      ]
    }
    case 'propose-plan': {
      await savePlans(trx, job.id, { proposed: decision.plan })
      await updateJob(trx, job.id, { plan_version: version })
      return [
        {
          type: 'plan.proposed',
          actor: 'server',
          message: `The plan "${decision.plan.title}" is proposed: ${decision.plan.tasks.length} tasks, version ${version}.`,
          data: { plan: decision.plan, version },
        },
      ]
    }
    case 'wait-approval': {
      const wait = {
        for: 'approval' as const,
        on: 'the plan',
        since: clock.iso(),
        until: null,
      }
      await updateJob(trx, job.id, { status: 'waiting', wait })
      return [
        {
          type: 'job.waiting',
          actor: 'server',
          message: 'Waiting for a person to approve the plan.',
          data: { wait },
        },
      ]
    }
  }
}
