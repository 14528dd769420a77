import type { Plan, PlanEdit, PlanView } from '../../contract/plan.ts'
import { planChanges } from '../../domain/plan-changes.ts'
import type { Feedback } from '../../domain/model.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { readJob, updateJob, type JobRow } from '../../store/jobs.ts'
import { readPlans, savePlans, type Plans } from '../../store/plans.ts'
import { startOver } from '../../store/task-actions.ts'
import { planningTask } from '../../store/team.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'
import { notFound } from '../not-found.ts'

/** Returns the current plan of a job: none yet, proposed, or adopted. */
export async function viewPlan(engine: Engine, id: string): Promise<PlanView> {
  return engine.db.read(async (reader) => {
    const job = await readJob(reader, id)
    if (job === null) throw notFound(id)
    return toView(job, await readPlans(reader, id))
  })
}

function toView(job: JobRow, { adopted, proposed }: Plans): PlanView {
  const shown = { version: job.plan_version, notes: job.plan_notes }
  if (adopted !== null) return { state: 'adopted', plan: adopted, ...shown }
  if (proposed !== null) return { state: 'proposed', plan: proposed, ...shown }
  return { state: 'none', plan: null, ...shown }
}

/** Replaces the proposed plan by a person's. The edited version must still be the newest. */
export async function editPlan(engine: Engine, id: string, edit: PlanEdit): Promise<PlanView> {
  return personAct(engine.db, id, async ({ trx, job, append }) => {
    const plans = await readPlans(trx, id)
    const changes = planChanges(proposalOf(job, plans, edit.version), edit.plan)
    if (changes === null) return toView(job, plans)
    const version = job.plan_version + 1
    await savePlans(trx, id, { proposed: edit.plan })
    await updateJob(trx, id, { plan_version: version })
    await append([
      { type: 'plan.edited', actor: 'person', message: changes, data: { plan: edit.plan, version } },
    ])
    return toView({ ...job, plan_version: version }, { ...plans, proposed: edit.plan })
  })
}

/** Approves the proposed plan, so that the job builds exactly that version. */
export async function approvePlan(engine: Engine, id: string, version: number | null): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    const proposal = proposalOf(job, await readPlans(trx, id), version)
    await updateJob(trx, id, { status: 'running', wait: null, plan_approved: true })
    await append([
      {
        type: 'plan.approved',
        actor: 'person',
        message: `A person approved the plan "${proposal.title}", version ${job.plan_version}.`,
        data: { version: job.plan_version },
      },
    ])
  })
}

/** Sends the plan back to the planner, who receives the note and the old plan, with all tries restored. */
export async function rejectPlan(engine: Engine, id: string, note: string): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    const proposal = proposalOf(job, await readPlans(trx, id), null)
    const task = await planningTask(trx, id)
    if (task === null) throw new Error(`job ${id} has a proposed plan and nobody who planned it`)
    await updateJob(trx, id, {
      status: 'running',
      wait: null,
      plan_notes: [...job.plan_notes, { at: clock.iso(), note }],
    })
    await savePlans(trx, id, { proposed: null })
    await startOver(trx, task.id, [sentBack(note, proposal), ...earlierNotes(job.plan_notes)])
    await append([
      {
        type: 'plan.rejected',
        actor: 'person',
        taskId: task.id,
        message: `A person sent the plan back: ${note}`,
        data: { note, version: job.plan_version },
      },
    ])
  })
}

/**
 * Returns the plan that waits for approval, at this version, or at any with null. Throws `AppError` 409 when there is none.
 */
function proposalOf(job: JobRow, { proposed }: Plans, version: number | null): Plan {
  const waits = job.status === 'waiting' && job.wait?.for === 'approval' && job.cancel_requested_at === null
  if (!waits || proposed === null)
    throw new AppError(
      'not_waiting_for_approval',
      `The job is ${job.status} and does not wait for approval of its plan: ${job.approve_plan ? 'only a proposed plan can be edited, approved or sent back' : 'it was made without approve_plan'}.`,
    )
  if (version !== null && version !== job.plan_version)
    throw new AppError(
      'plan_changed',
      `The plan is at version ${job.plan_version} and you named version ${version}: read it again and repeat the change on the newest version.`,
    )
  return proposed
}

function sentBack(note: string, plan: Plan): Feedback {
  return {
    kind: 'note',
    summary: note,
    log: `The plan that was sent back:\n\n${JSON.stringify(plan, null, 2)}`,
  }
}

function earlierNotes(notes: PlanView['notes']): Feedback[] {
  return notes.toReversed().map(({ note }) => ({
    kind: 'note',
    summary: `Said of an earlier version of the plan, and still true: ${note}`,
  }))
}
