import type { JobView, TaskView } from '../../../src/contract/job.ts'

export interface PossibleActs {
  readonly canRetry: boolean
  readonly canCancel: boolean
  /** Whether the agent can still receive messages. */
  readonly canWrite: boolean
}

/** Returns the actions available for a task. The server decides in the end; actions that it would reject are not offered. */
export function possibleActs(
  job: Pick<JobView, 'status' | 'mode'>,
  task: Pick<TaskView, 'status' | 'phase'>,
): PossibleActs {
  const isOver = job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled'
  const hasEnded = task.status === 'failed' || task.status === 'skipped' || task.status === 'cancelled'
  const isOpen = !hasEnded && task.status !== 'completed'
  return {
    canRetry: hasEnded && job.status !== 'completed' && job.status !== 'cancelled',
    canCancel: isOpen && !isOver && job.mode === 'team' && task.phase !== 'planning',
    canWrite: isOpen && !isOver,
  }
}
