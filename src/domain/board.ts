import type { Snapshot, Task } from './model.ts'

/** The tasks of a job as the rules look them up: gathered once for a decision, because a job can have a thousand. */
export interface Board {
  readonly byId: ReadonlyMap<string, Task>
  /** The ready tasks that may begin now: in order of position, as many as the job's parallelism leaves room for. */
  readonly startable: ReadonlySet<Task>
}

export function readBoard({ job, tasks }: Pick<Snapshot, 'job' | 'tasks'>): Board {
  const busy = tasks.filter(({ status }) => status === 'running' || status === 'review').length
  const ready = tasks.filter(({ status }) => status === 'ready').toSorted((a, b) => a.position - b.position)
  return {
    byId: new Map(tasks.map((task) => [task.id, task])),
    startable: new Set(ready.slice(0, Math.max(0, job.parallelism - busy))),
  }
}

/** Whether a task has not ended. */
export function isUnfinished({ status }: Task): boolean {
  return status === 'pending' || status === 'ready' || status === 'running' || status === 'review'
}
