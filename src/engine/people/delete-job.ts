import path from 'node:path'
import { isTerminal } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { deletedJobs, deleteRows, markDeleted } from '../../store/deletion.ts'
import { insertRemoval, type Removal } from '../../store/server/retention.ts'
import { discard } from '../../workspace/trash.ts'
import type { Engine } from '../engine.ts'
import { serverAct } from '../job-transactions.ts'
import { notFound } from '../not-found.ts'

/**
 * Deletes a job that has ended, with its repository, its result and its transcripts. It is marked first, so that it
 * disappears at once; then its files and rows are removed, after a crash at the next start. `removal` records why retention
 * removed it.
 */
export async function deleteJob(engine: Engine, id: string, removal: Removal | null = null): Promise<void> {
  const marked = await serverAct(engine.db, id, async ({ trx, job }) => {
    if (!isTerminal(job.status))
      throw new AppError('job_not_ended', `The job is ${job.status}: cancel it first.`)
    await markDeleted(trx, id)
    if (removal !== null) await insertRemoval(trx, id, removal)
    return true
  })
  if (marked === null) throw notFound(id)
  await removeDeleted(engine, id)
}

/** Completes deletions that a crash interrupted. */
export async function resumeDeletions(engine: Engine): Promise<void> {
  for (const id of await deletedJobs(engine.db.reader)) await removeDeleted(engine, id)
}

/** The files first: without its rows there would be no record that they can be removed. */
async function removeDeleted({ db, dataDir }: Engine, id: string): Promise<void> {
  await discard(path.join(dataDir, 'jobs', id), dataDir)
  await deleteRows(db, id)
}
