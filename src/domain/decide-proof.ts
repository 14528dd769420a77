import type { Proof } from '../contract/words.ts'
import type { Decision } from './decision.ts'
import { failingLine } from './failing-line.ts'
import { tries } from './limits.ts'
import type { FailedCheck, Finding, Snapshot, Work } from './model.ts'
import { isRestore, repairTask, restoreTask } from './plan-tasks.ts'

const toBuilding: Decision = { do: 'enter-phase', phase: 'building' }

/**
 * Decides the end of a job whose tasks are done: its checks on a clean checkout of the exact commit, repairs while they
 * fail, the delivery, and only then the completion.
 */
export function decideProof(snapshot: Snapshot): Decision[] {
  const { job } = snapshot
  const ended = snapshot.work.findLast((work) => work.taskId === null && work.epoch === job.epoch)?.outcome
  return ended?.kind === 'error' && ended.permanent === true
    ? [{ do: 'fail-job', error: ended.message }]
    : decideChecks(snapshot)
}

function decideChecks(snapshot: Snapshot): Decision[] {
  const { job } = snapshot
  const ownWork = snapshot.work.filter((work) => work.taskId === null && work.epoch === job.epoch)
  const runs = ownWork.filter((work) => work.kind === 'checks')
  const last = runs.at(-1)
  const current =
    last?.outcome?.kind === 'checks' && last.outcome.commit === job.headCommit ? last.outcome : null
  if (job.phase !== 'proving' && job.phase !== 'delivering') return [{ do: 'enter-phase', phase: 'proving' }]
  if (current === null) {
    if (broken(runs) >= tries.services)
      return [{ do: 'fail-job', error: sentence('The checks could not be run', last) }]
    return [...back(job.phase), { do: 'start-checks', taskId: null, attemptId: null }]
  }
  if (current.verdict === 'fail') return decideRepair(snapshot, runs, current.failed)
  if (current.verdict === 'none') return decideDelivery(snapshot, ownWork, unproven(current.reason))
  const open = openFindings(snapshot)
  if (open.length > 0 && !snapshot.tasks.some(isRestore))
    return [{ do: 'add-tasks', tasks: [restoreTask(open, current.passed ?? [])] }, toBuilding]
  return decideDelivery(snapshot, ownWork, proofOf(snapshot))
}

/** Decides about failed checks: a repair task, another run because the failure may have been chance, or the end of the job. */
function decideRepair(snapshot: Snapshot, runs: readonly Work[], failed: readonly FailedCheck[]): Decision[] {
  const names = failed.map(({ command }) => `"${command}"`).join(', ')
  const repairs =
    runs.filter((work) => work.outcome?.kind === 'checks' && work.outcome.verdict === 'fail').length - 1
  if (repairs >= tries.repairs) {
    const line = failed.map(({ log }) => failingLine(log)).find((found) => found !== null)
    const subject = failed.some(({ kind }) => kind === 'setup')
      ? 'The setup still fails'
      : 'The checks still fail'
    const error = `${subject} after ${repairs} repairs: ${names}.${line === undefined ? '' : ` It says: ${line}`} The evidence is kept with the job.`
    return [{ do: 'fail-job', error }]
  }
  const tasks = snapshot.tasks.filter((task) => task.kind === 'repair' && !isRestore(task))
  // A repair that changed nothing left the commit as it was: the failure may have been chance, so the checks run again.
  if (tasks.filter((task) => task.status === 'completed').length > repairs)
    return [{ do: 'start-checks', taskId: null, attemptId: null }]
  if (tasks.at(-1)?.status === 'cancelled')
    return [{ do: 'fail-job', error: `The checks fail and their repair was cancelled: ${names}.` }]
  return [{ do: 'add-tasks', tasks: [repairTask(snapshot, failed)] }, toBuilding]
}

/** The proof that a job has reached, and the reason when it is not `proven`. */
interface Shown {
  readonly proof: Proof
  readonly reason: string | null
}

const unproven = (reason = 'There was no check to run.'): Shown => ({ proof: 'unproven', reason })

/** Returns the findings against the newest commit that were not waived. */
function openFindings({ job, findings }: Snapshot): Finding[] {
  return findings.filter((finding) => finding.commit === job.headCommit && !finding.waived)
}

/** The maximum number of findings named in the reason; all of them are kept with the checks. */
const NAMED = 3

/**
 * Returns the proof of a job whose checks passed: `partial` when tasks were cancelled or skipped, or its tests were
 * weakened.
 */
export function proofOf(snapshot: Snapshot): Shown {
  const left = snapshot.tasks.some(
    (task) => (task.status === 'cancelled' || task.status === 'skipped') && !isRestore(task),
  )
  const open = openFindings(snapshot)
  const more = open.length > NAMED ? [`And ${open.length - NAMED} more.`] : []
  const reasons = [
    ...(left ? ['The checks pass, and some tasks were cancelled.'] : []),
    ...(open.length === 0 ? [] : ['The checks pass, but the tests were weakened.']),
    ...open.slice(0, NAMED).map(({ message }) => message),
    ...more,
  ]
  return reasons.length === 0
    ? { proof: 'proven', reason: null }
    : { proof: 'partial', reason: reasons.join(' ') }
}

function decideDelivery({ job }: Snapshot, ownWork: readonly Work[], shown: Shown): Decision[] {
  const deliveries = ownWork.filter((work) => work.kind === 'deliver')
  const last = deliveries.at(-1)
  if (last?.outcome?.kind === 'delivered' && last.outcome.commit === job.headCommit) {
    return [{ do: 'complete-job', ...shown, path: last.outcome.path, commit: last.outcome.commit }]
  }
  const failed = deliveries.filter((work) => work.status !== 'lost')
  if (broken(failed) >= tries.deliveries || broken(deliveries) >= tries.services)
    return [{ do: 'fail-job', error: sentence('The repository could not be delivered', last) }]
  const enter: Decision[] = job.phase === 'delivering' ? [] : [{ do: 'enter-phase', phase: 'delivering' }]
  return [...enter, { do: 'start-deliver' }]
}

function back(phase: string): Decision[] {
  return phase === 'delivering' ? [{ do: 'enter-phase', phase: 'proving' }] : []
}

function broken(works: readonly Work[]): number {
  return works.filter((work) => work.outcome?.kind === 'error' || work.status === 'lost').length
}

function sentence(subject: string, work: Work | undefined): string {
  return work?.outcome?.kind === 'error' ? `${subject}: ${work.outcome.message}` : `${subject}.`
}
