import type { Decision } from '../../domain/decision.ts'
import type { Snapshot } from '../../domain/model.ts'
import { clock } from '../../lib/clock.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateAttempt } from '../../store/attempts.ts'
import { updateJob } from '../../store/jobs.ts'
import { releaseAgent, updateTask } from '../../store/team.ts'
import { endWork, readWork } from '../../store/work.ts'
import { applyPlan, isPlanDecision } from './apply-plan.ts'
import { applyWait, isWait } from './apply-wait.ts'
import { addTasks, ensureTeam } from './assemble-team.ts'
import { endTask, isTaskEnd } from './end-task.ts'
import { finishJob } from './finish-job.ts'
import type { JobTransaction } from '../job-transactions.ts'
import { loseWork } from './lose-work.ts'
import { applyStart, isStart } from './start-work.ts'

/**
 * Applies the rules' decisions as rows and events of one transaction. The events are appended together, each in the phase in
 * which the job was at its decision.
 */
export async function applyDecisions(
  transaction: JobTransaction,
  snapshot: Snapshot,
  decisions: readonly Decision[],
): Promise<void> {
  let { phase } = snapshot.job
  const events: NewEvent[] = []
  for (const decision of decisions) {
    for (const event of await apply(transaction, snapshot, decision)) events.push({ phase, ...event })
    if (decision.do === 'enter-phase') ({ phase } = decision)
  }
  await transaction.append(events)
}

async function apply(
  transaction: JobTransaction,
  snapshot: Snapshot,
  decision: Decision,
): Promise<NewEvent[]> {
  const { trx } = transaction
  const { job } = snapshot
  if (isTaskEnd(decision)) return endTask(trx, snapshot, decision)
  if (isPlanDecision(decision)) return applyPlan(trx, snapshot, decision)
  if (isWait(decision)) return applyWait(transaction, decision)
  if (isStart(decision)) return applyStart(trx, snapshot, decision)
  switch (decision.do) {
    case 'add-tasks':
      return addTasks(trx, snapshot, await ensureTeam(trx, snapshot), decision.tasks)
    case 'ready':
      await updateTask(trx, decision.taskId, { status: 'ready' })
      return [
        {
          type: 'task.ready',
          actor: 'server',
          taskId: decision.taskId,
          message: `"${title(snapshot, decision.taskId)}" can begin.`,
        },
      ]
    case 'lose-work':
      return loseWork(trx, decision.workId, 'its worker ended')
    case 'cancel-work':
      return cancelWork(transaction, decision.workId)
    case 'enter-phase':
      await updateJob(trx, job.id, { phase: decision.phase })
      return [
        {
          type: 'job.phase',
          actor: 'server',
          phase: decision.phase,
          message: `The job entered ${decision.phase}.`,
          data: { phase: decision.phase },
        },
      ]
    case 'complete-job':
    case 'fail-job':
    case 'cancel-job':
      return finishJob(trx, snapshot, decision)
  }
}

/** Withdraws work that no worker has begun. */
async function cancelWork({ trx }: JobTransaction, workId: string): Promise<NewEvent[]> {
  const work = await readWork(trx, workId)
  if (work === null || !(await endWork(trx, workId, null, 'cancelled', null))) return []
  const attemptId = work.attempt_id
  if (attemptId !== null && (work.kind === 'attempt' || work.kind === 'review')) {
    await updateAttempt(trx, attemptId, { status: 'cancelled', ended_at: clock.date() })
    await releaseAgent(trx, attemptId)
  }
  return [
    {
      type: 'work.cancelled',
      actor: 'server',
      taskId: work.task_id,
      attemptId,
      message: `The ${work.kind} was withdrawn before it began.`,
    },
  ]
}

function title(snapshot: Snapshot, taskId: string): string {
  return snapshot.tasks.find((task) => task.id === taskId)?.title ?? taskId
}
