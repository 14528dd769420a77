import { isTerminal, transition } from '../domain/job.ts'
import { AppError } from '../lib/app-error.ts'
import { notify } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import { lockJob, updateJob } from '../store/jobs.ts'
import { enqueue } from '../store/queue.ts'
import { reopenTasks, settleAgents } from '../store/team.ts'
import { cancelChannel, type Engine } from './engine.ts'

/** Asks for the end of a job. It is `cancelled` when its last process is gone, not before. */
export async function cancelJob(engine: Engine, id: string): Promise<void> {
  await engine.db.tx(async (trx) => {
    const job = await lockJob(trx, id)
    if (job === null) throw notFound(id)
    if (isTerminal(job.status))
      throw new AppError(
        409,
        'not_cancellable',
        `The job is ${job.status} already: there is nothing to cancel.`,
      )
    if (job.cancel_requested_at !== null) return
    await updateJob(trx, id, { cancel_requested_at: new Date() })
    await appendEvents(trx, id, [
      { type: 'job.cancel_requested', actor: 'person', message: 'Cancelling was asked for.' },
    ])
    await enqueue(engine.db.boss, trx, 'advance', [{ data: { job_id: id } }])
    await notify(trx, cancelChannel, id)
  })
}

/** Takes a failed or cancelled job up again where it stopped: finished tasks stay finished. */
export async function restartJob(engine: Engine, id: string): Promise<void> {
  await engine.db.tx(async (trx) => {
    const job = await lockJob(trx, id)
    if (job === null) throw notFound(id)
    const status = transition(job.status, 'restart')
    if (status === null)
      throw new AppError(
        409,
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
    await appendEvents(trx, id, [
      {
        type: 'job.restarted',
        actor: 'person',
        phase: 'queued',
        message: 'The job was restarted where it had stopped.',
      },
    ])
    await enqueue(engine.db.boss, trx, 'advance', [{ data: { job_id: id } }])
  })
}

export function notFound(id: string): AppError {
  return new AppError(404, 'not_found', `There is no job ${id}.`)
}
