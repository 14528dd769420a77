import { decide } from '../../domain/decide.ts'
import { progressOf } from '../../domain/progress.ts'
import { updateJob } from '../../store/jobs.ts'
import { notePersonWait } from '../../store/person-wait.ts'
import { readSnapshot } from '../../store/snapshot.ts'
import { applyDecisions } from './apply-decisions.ts'
import type { Engine } from '../engine.ts'
import { serverAct } from '../job-transactions.ts'

/** Decisions follow from decisions; a job that needs more rounds than this has a rule that contradicts itself. */
const MAX_ROUNDS = 50

/**
 * Moves a job as far as it can go without anybody working: under its row lock, ask the rules what comes next, apply
 * it, append the events and enqueue what follows, all in one transaction. Short, and safe to run twice.
 */
export async function advance(engine: Engine, jobId: string): Promise<void> {
  await serverAct(engine.db, jobId, async (transaction) => {
    const { trx } = transaction
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const snapshot = await readSnapshot(trx, jobId)
      if (snapshot === null) return
      const decisions = decide(snapshot, Date.now(), engine.limits.retryMs)
      if (decisions.length === 0) {
        const progress = progressOf(
          {
            mode: snapshot.job.mode,
            status: snapshot.job.status,
            phase: snapshot.job.phase,
            before: snapshot.job.progress,
          },
          snapshot.tasks,
        )
        if (progress !== snapshot.job.progress) await updateJob(trx, jobId, { progress })
        // An attempt that ended has asked its last question.
        await notePersonWait(trx, jobId)
        return
      }
      await applyDecisions(engine, transaction, snapshot, decisions)
    }
    throw new Error(`the rules for job ${jobId} did not come to rest in ${MAX_ROUNDS} rounds`)
  })
}
