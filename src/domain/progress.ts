import type { JobStatus, Mode, Phase, TaskStatus } from '../contract/words.ts'

/**
 * Returns the progress of a job, 0 to 100. Planning is worth 15, building 65, proving 12, delivering 8; a solo job has no
 * planning, so its building is worth 80. Running work counts nothing, because how far it is cannot be known. 100 only when
 * the job is completed, and never less than `before`. Cancelled and skipped tasks are left out.
 */
export function progressOf(
  job: { mode: Mode; status: JobStatus; phase: Phase; before: number },
  tasks: readonly { kind: string; status: TaskStatus }[],
): number {
  if (job.status === 'completed') return 100
  const planning = tasks.filter((task) => task.kind === 'plan')
  const building = tasks.filter((task) => task.kind !== 'plan')
  const worthOfPlan = job.mode === 'solo' ? 0 : 15
  const planned = building.length > 0 ? worthOfPlan : worthOfPlan * share(planning)
  const built = (80 - worthOfPlan) * share(building)
  const later = job.phase === 'proving' ? 4 : job.phase === 'delivering' ? 12 : 0
  return Math.max(job.before, Math.min(99, Math.floor(planned + built + later)))
}

const worth: Readonly<Record<TaskStatus, number>> = {
  pending: 0,
  ready: 0,
  running: 0,
  review: 0.7,
  completed: 1,
  failed: 0,
  skipped: 0,
  cancelled: 0,
}

/** Returns the progress of one task, 0 to 100. */
export function taskProgress(status: TaskStatus): number {
  return Math.round(worth[status] * 100)
}

function share(tasks: readonly { status: TaskStatus }[]): number {
  const wanted = tasks.filter((task) => task.status !== 'cancelled' && task.status !== 'skipped')
  if (wanted.length === 0) return 0
  return wanted.reduce((sum, task) => sum + worth[task.status], 0) / wanted.length
}
