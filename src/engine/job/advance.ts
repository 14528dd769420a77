import { decide } from '../../domain/decide.ts'
import type { Snapshot } from '../../domain/model.ts'
import { progressOf } from '../../domain/progress.ts'
import { clock } from '../../lib/clock.ts'
import { updateJob } from '../../store/jobs.ts'
import { notePersonWait } from '../../store/views/person-wait.ts'
import { claimAdvance } from '../../store/queue.ts'
import { readSnapshot } from '../../store/snapshot.ts'
import { applyDecisions } from './apply-decisions.ts'
import type { Engine, EngineLimits } from '../engine.ts'
import { serverAct } from '../job-transactions.ts'

/** The maximum number of rounds of decisions; a job that needs more has a rule that contradicts itself. */
const MAX_ROUNDS = 50

/**
 * Moves a job whose `advance` is due as far as it can go without a worker: under its row lock, it asks the rules what comes
 * next, applies the decisions, appends the events and queues what follows, all in one transaction.
 */
export async function advance(
  engine: Pick<Engine, 'db'> & { limits: Pick<EngineLimits, 'retryMs'> },
  jobId: string,
): Promise<void> {
  await serverAct(engine.db, jobId, async (transaction) => {
    const { trx } = transaction
    if (!(await claimAdvance(trx, jobId))) return
    let snapshot: Snapshot | null = null
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      snapshot = await readSnapshot(trx, jobId, snapshot)
      if (snapshot === null) return
      const decisions = decide(snapshot, clock.now(), engine.limits.retryMs)
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
        // An attempt that has ended may have left questions that no longer wait for a person.
        await notePersonWait(trx, jobId)
        return
      }
      await applyDecisions(transaction, snapshot, decisions)
    }
    throw new Error(`the rules for job ${jobId} did not finish in ${MAX_ROUNDS} rounds`)
  })
}
