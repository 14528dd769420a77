import type { CheckView, JobView, TaskView } from '../../../src/contract/job.ts'

/** The checks of the whole job or of one task: the latest round, and earlier ones. */
export interface CheckGroup {
  readonly id: string
  readonly title: string
  readonly latest: readonly CheckView[]
  /** Newest first. */
  readonly earlier: readonly CheckView[]
  /** The number of checks in the latest round, without its setup. */
  readonly checks: number
  readonly passed: number
}

/**
 * Returns the groups of checks: the whole job first, then the tasks in the order of the plan; those without checks are left
 * out.
 */
export function groupsOf(checks: readonly CheckView[], tasks: readonly TaskView[]): CheckGroup[] {
  const whole = groupOf(
    'job',
    'The whole job',
    checks.filter((check) => check.scope === 'job'),
  )
  const byTask = tasks
    .toSorted((a, b) => a.position - b.position)
    .map((task) =>
      groupOf(
        task.task_id,
        task.title,
        checks.filter((check) => check.scope === 'task' && check.task_id === task.task_id),
      ),
    )
  return [whole, ...byTask].filter((group) => group.latest.length > 0)
}

function groupOf(id: string, title: string, checks: readonly CheckView[]): CheckGroup {
  const last = Math.max(0, ...checks.map((check) => check.round))
  const latest = checks.filter((check) => check.round === last)
  const counted = latest.filter((check) => check.kind === 'check')
  return {
    id,
    title,
    latest,
    earlier: checks.filter((check) => check.round !== last).toReversed(),
    checks: counted.length,
    passed: counted.filter((check) => check.verdict === 'pass' && check.not_counted === null).length,
  }
}

export interface ProofVerdict {
  readonly tone: 'info' | 'done' | 'waiting' | 'failed'
  readonly title: string
  readonly why: string
}

/** Returns whether the job is proven, in words, and the reason. */
export function verdictOn(job: JobView, checks: readonly CheckView[]): ProofVerdict {
  const whole = groupsOf(checks, [])[0]
  const commit = whole?.latest[0]?.commit.slice(0, 12) ?? job.head_commit?.slice(0, 12) ?? ''
  if (job.status === 'failed')
    return {
      tone: 'failed',
      title: 'Not proven',
      why: 'The job failed; what was checked is below.',
    }
  if (job.status === 'cancelled')
    return { tone: 'info', title: 'Not proven', why: 'The job was cancelled before it was proven.' }
  return proofOn(job, whole, commit)
}

function proofOn(job: JobView, whole: CheckGroup | undefined, commit: string): ProofVerdict {
  switch (job.proof) {
    case 'proven':
      if (job.demo)
        return {
          tone: 'info',
          title: 'Demo',
          why: `Built by the offline demo from a blueprint: no model was involved. The server ran its ${whole?.checks ?? 0} checks on a clean checkout of ${commit}, and all of them passed.`,
        }
      return {
        tone: 'done',
        title: 'Proven',
        why: `The server ran ${whole?.checks ?? 0} checks on a clean checkout of ${commit}, and all of them passed.`,
      }
    case 'partial':
      return {
        tone: 'waiting',
        title: 'Partly proven',
        why: `On ${commit}: ${job.proof_reason ?? 'the checks pass, and not everything that was planned is in it.'}`,
      }
    case 'unproven':
      return {
        tone: 'waiting',
        title: 'Unproven',
        why: `${job.proof_reason ?? 'There was no check to run.'} Name one when you start a job, such as “npm test”.`,
      }
    case null:
      return {
        tone: 'info',
        title: 'Not proven yet',
        why: 'When all tasks are merged, the server runs the checks of the whole job on a clean checkout.',
      }
  }
}
