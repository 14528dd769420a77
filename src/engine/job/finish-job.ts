import type { Decision } from '../../domain/decision.ts'
import { isDemo } from '../../domain/demo.ts'
import { finalPhase, transition, type JobTransition } from '../../domain/job.ts'
import type { Snapshot } from '../../domain/model.ts'
import { clock } from '../../lib/clock.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateJob } from '../../store/jobs.ts'
import { settleAgents } from '../../store/team.ts'

type JobEnd = Extract<Decision, { do: 'complete-job' | 'fail-job' | 'cancel-job' }>

const completed = {
  proven: 'Completed and proven.',
  partial: 'Completed, partly proven.',
  unproven: 'Completed, unproven.',
} as const

/** Returns the message of a completed job. Work of the offline demo is named as such. */
function completion({ job }: Snapshot, { proof, reason }: Extract<JobEnd, { do: 'complete-job' }>): string {
  const done =
    isDemo(job) && proof === 'proven' ? 'Completed by the offline demo: its checks pass.' : completed[proof]
  return reason === null ? done : `${done} ${reason}`
}

/** Ends a job. Only `transition` can yield `completed`; a status that it does not allow is a bug in the rules. */
export async function finishJob(trx: JobTrx, snapshot: Snapshot, decision: JobEnd): Promise<NewEvent[]> {
  const { job } = snapshot
  const event: JobTransition =
    decision.do === 'complete-job' ? 'complete' : decision.do === 'fail-job' ? 'fail' : 'cancel'
  const status = transition(job.status, event)
  if (status === null) throw new Error(`a ${job.status} job cannot ${event}`)
  const phase = finalPhase(status, job.phase)
  const end = { status, phase, wait: null, completed_at: clock.date() }
  switch (decision.do) {
    case 'complete-job':
      await settleAgents(trx, job.id, 'completed')
      await updateJob(trx, job.id, {
        ...end,
        progress: 100,
        proof: decision.proof,
        proof_reason: decision.reason,
        result_path: decision.path,
        head_commit: decision.commit,
        error: null,
      })
      return [
        {
          type: 'job.completed',
          actor: 'server',
          phase,
          message: completion(snapshot, decision),
          data: {
            proof: decision.proof,
            reason: decision.reason,
            commit: decision.commit,
            path: decision.path,
          },
        },
      ]
    case 'fail-job':
      await settleAgents(trx, job.id, 'failed')
      await updateJob(trx, job.id, { ...end, error: decision.error })
      return [{ type: 'job.failed', actor: 'server', phase, message: decision.error }]
    case 'cancel-job':
      await settleAgents(trx, job.id, 'idle')
      await updateJob(trx, job.id, { ...end, error: null })
      return [
        {
          type: 'job.cancelled',
          actor: 'server',
          phase,
          message: 'Cancelled; no process of the job is left.',
        },
      ]
  }
}
