import { isTerminal } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { setArchived } from '../../store/server/retention.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'

/** Takes a job that has ended out of the lists, or puts it back into them. Nothing of it is removed. */
export async function archiveJob(engine: Engine, id: string, archived: boolean): Promise<void> {
  await personAct(engine.db, id, async ({ trx, job, append }) => {
    if (archived && !isTerminal(job.status))
      throw new AppError('job_not_ended', `The job is ${job.status}: cancel it first.`)
    if (!(await setArchived(trx, id, archived))) return
    await append([
      archived
        ? { type: 'job.archived', actor: 'person', message: 'A person archived the job.' }
        : { type: 'job.unarchived', actor: 'person', message: 'A person took the job out of the archive.' },
    ])
  })
}
