import type { Decision } from './decision.ts'
import { decidePlan } from './decide-plan.ts'
import { decideProof } from './decide-proof.ts'
import { decideTask } from './decide-task.ts'
import type { Snapshot, Task, Work } from './model.ts'
import { planningTasks, soloTask } from './plan-tasks.ts'

/**
 * The table of contents of the product: from everything known about a job to what happens next. Pure and
 * synchronous. Called again after each of its decisions has been carried out, so it may decide a little at a time;
 * an empty list means that somebody else moves next: a worker, a person or the clock.
 *
 * `now` and `retryMs` are milliseconds.
 */
export function decide(snapshot: Snapshot, now: number, retryMs: number): Decision[] {
  const { job, tasks } = snapshot
  if (job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled') return []

  const open = snapshot.work.filter(isOpen)
  const lost = open.filter((work) => !work.held)
  if (lost.length > 0) {
    return lost.map((work) => ({ do: 'lose-work', workId: work.id, attemptId: work.attemptId }))
  }
  if (job.cancelRequested) return decideCancel(snapshot, open)
  if (tasks.length === 0) {
    return [{ do: 'add-tasks', tasks: job.mode === 'solo' ? [soloTask(job)] : planningTasks(job) }]
  }

  const decisions = tasks.filter(isUnfinished).flatMap((task) => decideTask(snapshot, task, now, retryMs))
  const waits = decisions.filter((decision) => decision.do === 'wait-retry')
  const acts = decisions.filter((decision) => decision.do !== 'wait-retry')
  if (acts.length > 0) return job.wait === null ? acts : [{ do: 'stop-waiting' }, ...acts]
  if (open.length > 0) return job.wait === null ? [] : [{ do: 'stop-waiting' }]
  if (waits.length > 0) {
    const soonest = waits.reduce((a, b) => (a.until <= b.until ? a : b))
    return job.wait?.until === new Date(soonest.until).toISOString() ? [] : [soonest]
  }
  return outOfWait(snapshot, decideNextPhase(snapshot))
}

/** All tasks are finished and nothing is in motion: the plan is adopted, the job proven, delivered or given up. */
function decideNextPhase(snapshot: Snapshot): Decision[] {
  const { tasks } = snapshot
  const failed = tasks.find((task) => task.status === 'failed')
  if (failed !== undefined) return [{ do: 'fail-job', error: `The task "${failed.title}" failed.` }]
  const built = tasks.filter((task) => task.kind !== 'plan')
  if (built.length === 0) return decidePlan(snapshot)
  if (!built.some((task) => task.status === 'completed')) {
    return [
      {
        do: 'fail-job',
        error: 'Every task of the plan was cancelled, so there is nothing to prove: retry one of them.',
      },
    ]
  }
  return decideProof(snapshot)
}

/** Whatever a job was waiting for, it is not any more when something comes next; the ends of a job end a wait too. */
function outOfWait(snapshot: Snapshot, decisions: Decision[]): Decision[] {
  const goesOn = decisions.some((decision) => decision.do.startsWith('start-') || decision.do === 'add-tasks')
  return snapshot.job.wait !== null && goesOn ? [{ do: 'stop-waiting' }, ...decisions] : decisions
}

/** A cancelled job ends when its last process has: what has not begun is withdrawn, what runs is told to stop. */
function decideCancel(snapshot: Snapshot, open: readonly Work[]): Decision[] {
  const queued = open.filter((work) => work.status === 'queued')
  if (queued.length > 0) {
    return queued.map((work) => ({ do: 'cancel-work', workId: work.id, attemptId: work.attemptId }))
  }
  if (open.length > 0) return []
  return [
    ...snapshot.tasks.filter(isUnfinished).map((task): Decision => ({ do: 'cancel-task', taskId: task.id })),
    { do: 'cancel-job' },
  ]
}

function isOpen(work: Work): boolean {
  return work.status === 'queued' || work.status === 'running'
}

function isUnfinished(task: Task): boolean {
  return (
    task.status === 'pending' ||
    task.status === 'ready' ||
    task.status === 'running' ||
    task.status === 'review'
  )
}
