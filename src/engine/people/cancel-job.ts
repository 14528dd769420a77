import { isTerminal, transition } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock } from '../../lib/clock.ts'
import { notify } from '../../store/database/channels.ts'
import { updateJob } from '../../store/jobs.ts'
import { reopenTasks, settleAgents } from '../../store/team.ts'
import { cancelChannel, type Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'

/** Requests the cancellation of a job. It becomes `cancelled` only when its last process has ended. */
export async function cancelJob(engine: Engine, id: string): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    if (isTerminal(job.status))
      throw new AppError('not_cancellable', `The job is ${job.status} already: there is nothing to cancel.`)
    if (job.cancel_requested_at !== null) return
    await updateJob(trx, id, { cancel_requested_at: clock.date() })
    await append([{ type: 'job.cancel_requested', actor: 'person', message: 'The job is being cancelled.' }])
    notify(trx, cancelChannel, id)
  })
}

/** Restarts a failed or cancelled job where it stopped: finished tasks stay finished. */
export async function restartJob(engine: Engine, id: string): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    const status = transition(job.status, 'restart')
    if (status === null)
      throw new AppError(
        'not_restartable',
        `The job is ${job.status}: only a failed or cancelled job can be restarted.`,
      )
    await updateJob(trx, id, {
      status,
      phase: 'queued',
      error: null,
      wait: null,
      cancel_requested_at: null,
      completed_at: null,
      epoch: job.epoch + 1,
    })
    await reopenTasks(trx, id)
    await settleAgents(trx, id, 'idle')
    await append([
      {
        type: 'job.restarted',
        actor: 'person',
        phase: 'queued',
        message: 'The job was restarted where it had stopped.',
      },
    ])
  })
}
