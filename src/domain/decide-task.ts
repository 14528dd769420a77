import type { Decision } from './decision.ts'
import { failingLine } from './failing-line.ts'
import type { Board } from './board.ts'
import { feedbackFor } from './feedback.ts'
import { decideTaskCancel } from './decide-task-cancel.ts'
import { counted, waitAfterAttempt } from './attempt-wait.ts'
import { backoffMs, tries } from './limits.ts'
import type { Attempt, Feedback, Snapshot, Task, Work } from './model.ts'

/** What is known when the next step of a task is decided; `now` and `retryMs` in milliseconds. */
export interface Situation {
  readonly snapshot: Snapshot
  readonly board: Board
  readonly now: number
  readonly retryMs: number
}

/**
 * Decides the next step of one unfinished task: its dependencies, a slot, an attempt, then the gates in order (its checks
 * on a clean checkout, a reviewer's verdict), then the merge into the job's main.
 */
export function decideTask(situation: Situation, task: Task): Decision[] {
  const { snapshot, board } = situation
  if (task.cancelRequested) return decideTaskCancel(snapshot, task)
  if (task.status === 'pending') return decidePending(board, task)
  const ownWork = snapshot.work.filter((work) => work.taskId === task.id && work.epoch === snapshot.job.epoch)
  if (ownWork.some((work) => work.status === 'queued' || work.status === 'running')) return []
  if (task.status === 'ready')
    return board.startable.has(task) ? [{ do: 'start-attempt', taskId: task.id, feedback: task.notes }] : []
  const ended = ownWork.at(-1)?.outcome
  if (ended?.kind === 'error' && ended.permanent === true)
    return [{ do: 'fail-task', taskId: task.id, error: ended.message }]

  const attempts = snapshot.attempts.filter(
    (attempt) =>
      attempt.taskId === task.id &&
      attempt.epoch === snapshot.job.epoch &&
      attempt.number >= task.triesFrom &&
      attempt.kind === 'work',
  )
  const latest = attempts.at(-1)
  if (latest === undefined) return [{ do: 'start-attempt', taskId: task.id, feedback: task.notes }]
  if (latest.status === 'succeeded') {
    const next = decideGates(situation, task, latest, ownWork)
    return next === 'again' ? decideAgain(situation, task, attempts) : next
  }
  return decideAgain(situation, task, attempts)
}

function decidePending(board: Board, task: Task): Decision[] {
  const parents = task.dependsOn.map((id) => board.byId.get(id))
  const broken = parents.find(
    (parent) => parent && ['failed', 'skipped', 'cancelled'].includes(parent.status),
  )
  if (broken)
    return [
      {
        do: 'skip-task',
        taskId: task.id,
        reason: `it needs "${broken.title}", which ${broken.status === 'cancelled' ? 'was cancelled' : 'did not finish'}`,
      },
    ]
  return parents.every((parent) => parent?.status === 'completed') ? [{ do: 'ready', taskId: task.id }] : []
}

/** Decides the gates behind a succeeded attempt; returns `again` when one of them sent the work back. */
function decideGates(
  situation: Situation,
  task: Task,
  attempt: Attempt,
  ownWork: readonly Work[],
): Decision[] | 'again' {
  const own = ownWork.filter((work) => work.attemptId === attempt.id)
  const checked = decideChecks(task, attempt, own)
  if (checked !== 'pass') return checked
  const judged = decideReview(situation, task, attempt)
  return judged === 'pass' ? decideMerge(task, attempt, own) : judged
}

function decideChecks(task: Task, attempt: Attempt, own: readonly Work[]): Decision[] | 'pass' | 'again' {
  if (task.checks.length === 0) return 'pass'
  const runs = own.filter((work) => work.kind === 'checks')
  const last = runs.at(-1)
  if (last?.outcome?.kind === 'checks') return last.outcome.verdict === 'fail' ? 'again' : 'pass'
  if (runs.length >= tries.services) return failTask(task, 'its checks could not be run', last)
  return [{ do: 'start-checks', taskId: task.id, attemptId: attempt.id }]
}

function decideMerge(task: Task, attempt: Attempt, own: readonly Work[]): Decision[] | 'again' {
  const merges = own.filter((work) => work.kind === 'merge')
  const last = merges.at(-1)
  switch (last?.outcome?.kind) {
    case 'merged':
      return [{ do: 'complete-task', taskId: task.id, commit: last.outcome.commit }]
    case 'empty':
      return [{ do: 'complete-task', taskId: task.id, commit: null }]
    case 'conflict':
      return 'again'
    default:
      if (merges.length >= tries.services) return failTask(task, 'its work could not be merged', last)
      return [{ do: 'start-merge', taskId: task.id, attemptId: attempt.id }]
  }
}

/** Decides the review of a team's work by another agent; a plan is judged by its schema only. */
function decideReview(
  { snapshot, now }: Situation,
  task: Task,
  attempt: Attempt,
): Decision[] | 'pass' | 'again' {
  if (snapshot.job.mode !== 'team' || task.kind === 'plan') return 'pass'
  const all = snapshot.attempts.filter((other) => other.kind === 'review' && other.subjectId === attempt.id)
  const reviews = counted(all)
  const verdict = reviews.findLast((review) => review.status === 'succeeded')?.outcome?.review?.verdict
  if (verdict === 'pass') return 'pass'
  if (verdict === 'fail') return 'again'
  const failed = reviews.filter((review) => review.status === 'failed')
  if (failed.length >= tries.reviews || reviews.length >= tries.interruptions) {
    const reason = failed.at(-1)?.error ?? 'the reviews were interrupted'
    return [{ do: 'fail-task', taskId: task.id, error: `No reviewer reached a verdict: ${reason}` }]
  }
  const held = waitAfterAttempt(snapshot, all.at(-1), now)
  return held ?? [{ do: 'start-review', taskId: task.id, subjectId: attempt.id }]
}

/**
 * Decides about another attempt, now or later, or the end of the task, by how many have failed or been interrupted in this
 * epoch.
 */
function decideAgain(
  { snapshot, now, retryMs }: Situation,
  task: Task,
  attempts: readonly Attempt[],
): Decision[] {
  const latest = attempts.at(-1)
  const tryCount = counted(attempts)
  const interrupted = tryCount.filter((attempt) => attempt.status === 'lost').length
  const failures = tryCount.length - interrupted
  if (interrupted >= tries.interruptions) {
    return [
      { do: 'fail-task', taskId: task.id, error: `Its attempts were interrupted ${interrupted} times.` },
    ]
  }
  const feedback = attempts.slice(-1).flatMap((attempt) => feedbackFor(snapshot, attempt))
  if (failures >= tries.perTask) {
    const reason = reasonOf(feedback, latest)
    return [
      {
        do: 'fail-task',
        taskId: task.id,
        error: `Gave up after ${failures} attempts. The last one: ${reason}`,
      },
    ]
  }
  const held = waitAfterAttempt(snapshot, latest, now)
  if (held !== null) return held
  const crashes = attempts.filter((attempt) => attempt.status === 'failed').length
  const due = (latest?.endedAt ?? 0) + (latest?.status === 'failed' ? backoffMs(crashes, retryMs) : 0)
  if (due > now)
    return [{ do: 'wait-retry', taskId: task.id, until: due, on: `another attempt at "${task.title}"` }]
  return [{ do: 'start-attempt', taskId: task.id, feedback: [...task.notes, ...feedback] }]
}

/** Returns why the last attempt did not succeed: the first feedback, with the failing line of its log. */
function reasonOf([first]: readonly Feedback[], latest: Attempt | undefined): string {
  const line = first?.kind === 'check' && first.log !== undefined ? failingLine(first.log) : null
  return [first?.summary ?? latest?.error ?? 'the attempt failed', line ?? ''].join(' ').trim()
}

function failTask(task: Task, subject: string, work: Work | undefined): Decision[] {
  const reason = work?.outcome?.kind === 'error' ? `: ${work.outcome.message}` : ''
  return [{ do: 'fail-task', taskId: task.id, error: `The task failed because ${subject}${reason}` }]
}
