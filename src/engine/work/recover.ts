import path from 'node:path'
import { sweep } from '../../sandbox/launcher.ts'
import { readInterrupted, updateAttempt } from '../../store/attempts.ts'
import { relocateResults, unfinishedJobs } from '../../store/jobs.ts'
import { endAllLeases, type InterruptedWork } from '../../store/queue.ts'
import { deleteWorker, listWorkers } from '../../store/server/workers.ts'
import { discard, emptyTrash } from '../../workspace/trash.ts'
import type { Engine } from '../engine.ts'
import { retryWithHelper } from '../insist-on-helper.ts'
import { queueAdvance, serverAct } from '../job-transactions.ts'
import { preserveWork } from '../attempt/keep-work.ts'
import { repositoryOf } from '../repository-of.ts'

/**
 * Recovers from the end of the previous server: ends processes that outlived it, releases the leases of dead workers,
 * commits the files of interrupted attempts, and queues every unfinished job again. Safe to run twice, and to be killed
 * itself.
 */
export async function recover(
  engine: Engine,
): Promise<{ swept: number; interrupted: number; resumed: number }> {
  emptyTrash(engine.dataDir)
  const swept = await sweep(path.join(engine.dataDir, 'run'))
  const interrupted = await engine.db.tx(async (trx) => {
    await relocateResults(trx, engine.dataDir)
    // The holder of the locks of the data directory and the database is alone: no other worker is alive.
    for (const { id } of await listWorkers(trx)) await deleteWorker(trx, id)
    return endAllLeases(trx)
  })
  for (const work of interrupted) await removeWorkspace(engine, work)
  const jobs = await unfinishedJobs(engine.db.reader)
  await engine.db.tx((trx) => queueAdvance(trx, jobs))
  return { swept: swept.length, interrupted: interrupted.length, resumed: jobs.length }
}

/** Removes the files of interrupted work: an attempt's become a commit first, all others can be made again. */
async function removeWorkspace(engine: Engine, work: InterruptedWork): Promise<void> {
  const jobDir = path.join(engine.dataDir, 'jobs', work.job_id)
  if (work.kind === 'checks') await discard(path.join(jobDir, 'checks', work.id), engine.dataDir)
  if (work.attempt_id === null || (work.kind !== 'attempt' && work.kind !== 'review')) return
  const attemptDir = path.join(jobDir, 'attempts', work.attempt_id)
  const isPreserved =
    work.kind === 'review' || (await preserveInterrupted(engine, work.job_id, work.attempt_id))
  if (isPreserved) await discard(path.join(attemptDir, 'ws'), engine.dataDir)
  await discard(path.join(attemptDir, 'home'), engine.dataDir)
}

/** Commits the workspace of an interrupted attempt; returns false when that failed, so that the workspace must stay. */
async function preserveInterrupted(engine: Engine, jobId: string, attemptId: string): Promise<boolean> {
  const row = await readInterrupted(engine.db.reader, attemptId)
  if (row === null) return true
  try {
    const repository = await repositoryOf(engine, { id: jobId, source: row.source, branch: row.branch })
    const kept = await retryWithHelper(() =>
      preserveWork(engine, repository, {
        attemptId,
        attemptDir: path.join(engine.dataDir, 'jobs', jobId, 'attempts', attemptId),
        base: row.base_commit,
        ref: `refs/slipway/attempts/${attemptId}`,
        message: 'Interrupted work',
        author: row.agent,
      }),
    )
    const { commit, changed } = kept.checkpoint
    await serverAct(engine.db, jobId, async ({ trx, append }) => {
      await append(kept.events.map((event) => ({ ...event, actor: 'server', attemptId })))
      await updateAttempt(trx, attemptId, { head_commit: commit, changed })
    })
    return !kept.mustKeep
  } catch (error) {
    engine.log.warn(
      { err: error, attempt: attemptId },
      'the work of an interrupted attempt could not be kept',
    )
    return false
  }
}
