import type { JobView, TaskView } from '../../../src/contract/job.ts'
import type { Phase } from '../../../src/contract/words.ts'

export type StepState = 'done' | 'now' | 'paused' | 'failed' | 'stopped' | 'next'

export interface PhaseStep {
  readonly phase: Phase
  readonly label: string
  readonly state: StepState
}

const order = ['queued', 'planning', 'building', 'proving', 'delivering', 'completed'] as const
const labels: Readonly<Record<Phase, string>> = {
  queued: 'Queued',
  planning: 'Planning',
  building: 'Building',
  proving: 'Proving',
  delivering: 'Delivering',
  completed: 'Completed',
  error: 'Error',
}

/**
 * Returns the phases of a job and the state of each. A job with one agent has no planning. A failed job's tasks determine
 * where it stopped: the phase of the failed one, else the proof of the whole.
 */
export function phaseSteps(
  job: Pick<JobView, 'current_phase' | 'status' | 'mode'>,
  tasks: readonly Pick<TaskView, 'status' | 'phase'>[],
): readonly PhaseStep[] {
  const reached = reachedPhase(job, tasks)
  const at = order.findIndex((phase) => phase === reached)
  return order
    .map((phase, index) => ({
      phase,
      label: labels[phase],
      state: index < at ? ('done' as const) : index > at ? ('next' as const) : stateHere(job.status),
    }))
    .filter(({ phase }) => job.mode === 'team' || phase !== 'planning')
}

function reachedPhase(
  job: Pick<JobView, 'current_phase'>,
  tasks: readonly Pick<TaskView, 'status' | 'phase'>[],
): Phase {
  if (job.current_phase !== 'error') return job.current_phase
  return tasks.find((task) => task.status === 'failed')?.phase ?? 'proving'
}

function stateHere(status: JobView['status']): StepState {
  switch (status) {
    case 'completed':
      return 'done'
    case 'failed':
      return 'failed'
    case 'cancelled':
      return 'stopped'
    case 'waiting':
    case 'queued':
      return 'paused'
    case 'running':
      return 'now'
  }
}
