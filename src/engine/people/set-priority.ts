import type { Priority } from '../../contract/words.ts'
import { isTerminal } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { updateJob } from '../../store/jobs.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'

/** Changes the priority of a job in the queue. Running work continues. */
export async function setPriority(engine: Engine, id: string, priority: Priority): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    if (isTerminal(job.status))
      throw new AppError('job_ended', `The job is ${job.status}: nothing of it waits in the queue any more.`)
    if (job.priority === priority) return
    await updateJob(trx, id, { priority })
    await append([
      {
        type: 'job.priority',
        actor: 'person',
        message: `A person set the priority to ${priority}.`,
        data: { priority },
      },
    ])
  })
}
