import type { AgentStatus } from '../../contract/words.ts'
import type { Decision } from '../../domain/decision.ts'
import type { Snapshot } from '../../domain/model.ts'
import { clock } from '../../lib/clock.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateJob } from '../../store/jobs.ts'
import { settleAgent, updateTask } from '../../store/team.ts'

type TaskEnd = Extract<Decision, { do: 'complete-task' | 'fail-task' | 'skip-task' | 'cancel-task' }>

export function isTaskEnd(decision: Decision): decision is TaskEnd {
  return Object.hasOwn(agentAfter, decision.do)
}

/** The status of a task's agent after the task ends; the agent of a skipped task has never begun. */
const agentAfter: Readonly<Record<TaskEnd['do'], AgentStatus>> = {
  'complete-task': 'completed',
  'fail-task': 'failed',
  'skip-task': 'idle',
  'cancel-task': 'idle',
}

/** Writes the end of a task, with its event, and releases its agent. */
export async function endTask(trx: JobTrx, snapshot: Snapshot, decision: TaskEnd): Promise<NewEvent[]> {
  const task = snapshot.tasks.find((candidate) => candidate.id === decision.taskId)
  const name = task?.title ?? decision.taskId
  if (task !== undefined && decision.do !== 'skip-task')
    await settleAgent(trx, task.agentId, task.id, agentAfter[decision.do])
  const end = { completed_at: clock.date() }
  switch (decision.do) {
    case 'complete-task':
      await updateTask(trx, decision.taskId, { status: 'completed', error: null, ...end })
      if (decision.commit !== null) await updateJob(trx, snapshot.job.id, { head_commit: decision.commit })
      return [
        {
          type: 'task.completed',
          actor: 'server',
          taskId: decision.taskId,
          message: `"${name}" is done.`,
          data: { commit: decision.commit },
        },
      ]
    case 'fail-task':
      await updateTask(trx, decision.taskId, { status: 'failed', error: decision.error, ...end })
      return [
        {
          type: 'task.failed',
          actor: 'server',
          taskId: decision.taskId,
          message: `"${name}" failed: ${decision.error}`,
        },
      ]
    case 'skip-task':
      await updateTask(trx, decision.taskId, { status: 'skipped', error: decision.reason, ...end })
      return [
        {
          type: 'task.skipped',
          actor: 'server',
          taskId: decision.taskId,
          message: `"${name}" was skipped: ${decision.reason}.`,
        },
      ]
    case 'cancel-task':
      await updateTask(trx, decision.taskId, { status: 'cancelled', ...end })
      return [
        {
          type: 'task.cancelled',
          actor: task?.cancelRequested === true ? 'person' : 'server',
          taskId: decision.taskId,
          message: `"${name}" was cancelled.`,
        },
      ]
  }
}
