import type { Decision } from './decision.ts'
import { decidePlan } from './decide-plan.ts'
import { decideProof } from './decide-proof.ts'
import { decideTask } from './decide-task.ts'
import { isUnfinished, readBoard } from './board.ts'
import { isTerminal } from './job.ts'
import { withinBudget, withinLimits } from './attempt-wait.ts'
import type { Job, Snapshot, Work } from './model.ts'
import { isRestore, planningTasks, soloTask } from './plan-tasks.ts'
import { setAside } from './set-aside.ts'

/**
 * Decides what happens next to a job, from everything known about it. Pure and synchronous. Called again after its
 * decisions have been applied, so it may decide a little at a time; an empty list means that a worker, a person or the
 * clock moves next.
 *
 * `now` and `retryMs` are in milliseconds.
 */
export function decide(full: Snapshot, now: number, retryMs: number): Decision[] {
  const { snapshot, wait } = setAside(full, now)
  const { job, tasks } = snapshot
  if (isTerminal(job.status)) return []

  const open = snapshot.work.filter(isOpen)
  const lost = open.filter((work) => !work.held)
  if (lost.length > 0) {
    return lost.map((work) => ({ do: 'lose-work', workId: work.id, attemptId: work.attemptId }))
  }
  if (job.cancelRequested) return decideCancel(snapshot, open)
  if (tasks.length === 0) {
    return [{ do: 'add-tasks', tasks: job.mode === 'solo' ? [soloTask(job)] : planningTasks(job) }]
  }

  if (wait !== null) return open.length > 0 ? [] : decideWait(job, [wait])
  const board = readBoard(snapshot)
  const wanted = tasks
    .filter(isUnfinished)
    .flatMap((task) => decideTask({ snapshot, board, now, retryMs }, task))
  const decisions = withinLimits(snapshot, withinBudget(snapshot, wanted), now)
  const waits = decisions.filter((decision) => decision.do === 'wait-retry' || decision.do === 'wait-person')
  const acts = decisions.filter((decision) => decision.do !== 'wait-retry' && decision.do !== 'wait-person')
  if (acts.length > 0) return job.wait === null ? acts : [{ do: 'stop-waiting' }, ...acts]
  if (open.length > 0) return job.wait === null ? [] : [{ do: 'stop-waiting' }]
  return waits.length > 0 ? decideWait(job, waits) : outOfWait(snapshot, decideNextPhase(snapshot))
}

/**
 * Decides about waits. A wait with an end takes precedence over one for a person, because it needs an entry that wakes the
 * job. A wait that the job already has yields no decision.
 */
function decideWait(
  job: Job,
  waits: readonly Extract<Decision, { do: 'wait-retry' | 'wait-person' }>[],
): Decision[] {
  const retries = waits.filter((wait) => wait.do === 'wait-retry')
  if (retries.length > 0) {
    const soonest = retries.reduce((a, b) => (a.until <= b.until ? a : b))
    return job.wait?.until === new Date(soonest.until).toISOString() ? [] : [soonest]
  }
  const [person] = waits
  return job.wait?.for === person?.for && job.wait?.on === person?.on ? [] : waits.slice(0, 1)
}

/**
 * Decides when all tasks are finished and nothing is running: the plan is adopted, or the job is proven, delivered or
 * failed.
 */
function decideNextPhase(snapshot: Snapshot): Decision[] {
  const { tasks } = snapshot
  // Tests that were not restored lower the proof; they do not undo the work.
  const failed = tasks.find((task) => task.status === 'failed' && !isRestore(task))
  if (failed !== undefined) {
    const reason = failed.error === null ? '.' : `: ${failed.error}`
    return [{ do: 'fail-job', error: `The task "${failed.title}" failed${reason}` }]
  }
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

/** Ends a wait when something is started or added; the decisions that end a job end its wait as well. */
function outOfWait(snapshot: Snapshot, decisions: Decision[]): Decision[] {
  const goesOn = decisions.some((decision) => decision.do.startsWith('start-') || decision.do === 'add-tasks')
  return snapshot.job.wait !== null && goesOn ? [{ do: 'stop-waiting' }, ...decisions] : decisions
}

/**
 * Decides the end of a cancelled job: queued work is withdrawn, running work is stopped, and the job ends with its last
 * process.
 */
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
