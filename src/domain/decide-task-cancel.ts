import type { Decision } from './decision.ts'
import type { Snapshot, Task } from './model.ts'

/**
 * The end of one task that a person does not want any more: what has not begun is withdrawn, what runs has been told
 * to stop, and with the last of it the task is cancelled. Work that reached main before is done, whoever asked.
 */
export function decideTaskCancel(snapshot: Snapshot, task: Task): Decision[] {
  const mine = snapshot.work.filter((work) => work.taskId === task.id && work.epoch === snapshot.job.epoch)
  const queued = mine.filter((work) => work.status === 'queued')
  if (queued.length > 0)
    return queued.map((work) => ({ do: 'cancel-work', workId: work.id, attemptId: work.attemptId }))
  if (mine.some((work) => work.status === 'running')) return []
  const counted = snapshot.attempts.filter(
    (attempt) => attempt.taskId === task.id && attempt.number >= task.triesFrom,
  )
  const merged = mine.find(
    (work) => work.outcome?.kind === 'merged' && counted.some((attempt) => attempt.id === work.attemptId),
  )
  return merged?.outcome?.kind === 'merged'
    ? [{ do: 'complete-task', taskId: task.id, commit: merged.outcome.commit }]
    : [{ do: 'cancel-task', taskId: task.id }]
}
