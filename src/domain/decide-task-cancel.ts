import type { Decision } from './decision.ts'
import type { Snapshot, Task } from './model.ts'

/**
 * Decides the end of a task whose cancellation a person requested: queued work is withdrawn, running work has been asked to
 * stop, and the task is cancelled when the last of it has ended. A task whose work had already reached main is completed.
 */
export function decideTaskCancel(snapshot: Snapshot, task: Task): Decision[] {
  const ownWork = snapshot.work.filter((work) => work.taskId === task.id && work.epoch === snapshot.job.epoch)
  const queued = ownWork.filter((work) => work.status === 'queued')
  if (queued.length > 0)
    return queued.map((work) => ({ do: 'cancel-work', workId: work.id, attemptId: work.attemptId }))
  if (ownWork.some((work) => work.status === 'running')) return []
  const counted = snapshot.attempts.filter(
    (attempt) => attempt.taskId === task.id && attempt.number >= task.triesFrom,
  )
  const merged = ownWork.find(
    (work) => work.outcome?.kind === 'merged' && counted.some((attempt) => attempt.id === work.attemptId),
  )
  return merged?.outcome?.kind === 'merged'
    ? [{ do: 'complete-task', taskId: task.id, commit: merged.outcome.commit }]
    : [{ do: 'cancel-task', taskId: task.id }]
}
