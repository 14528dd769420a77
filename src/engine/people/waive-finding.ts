import { proofOf } from '../../domain/decide-proof.ts'
import type { Snapshot } from '../../domain/model.ts'
import { AppError } from '../../lib/app-error.ts'
import type { JobTrx } from '../../store/database/database.ts'
import type { NewEvent } from '../../store/events.ts'
import { waiveFinding as storeWaiver } from '../../store/findings.ts'
import { updateJob } from '../../store/jobs.ts'
import { readSnapshot } from '../../store/snapshot.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'
import { notFound } from '../not-found.ts'

/**
 * Waives a finding with a person's reason. It no longer counts, even when it is found again; a completed job becomes proven
 * if it has no other finding.
 */
export async function waiveFinding(
  engine: Engine,
  id: string,
  findingId: string,
  reason: string,
): Promise<void> {
  await personAct(engine.db, id, async ({ trx, append }) => {
    const snapshot = await readSnapshot(trx, id)
    if (snapshot === null) throw notFound(id)
    const finding = snapshot.findings.find((one) => one.id === findingId)
    if (finding === undefined) throw new AppError('not_found', `The job has no finding ${findingId}.`)
    if (!(await storeWaiver(trx, findingId, reason)))
      throw new AppError('waived_already', 'This finding was waived before.')
    const waived = snapshot.findings.map((one) => (one === finding ? { ...one, waived: true } : one))
    await append([
      {
        type: 'finding.waived',
        actor: 'person',
        message: `A person waived: ${finding.message} The reason: ${reason}`,
        data: { finding_id: findingId, reason },
      },
      ...(await proveAgain(trx, { ...snapshot, findings: waived })),
    ])
  })
}

/** Updates the proof of a completed job after a waiver. */
async function proveAgain(trx: JobTrx, snapshot: Snapshot): Promise<NewEvent[]> {
  const { job } = snapshot
  if (job.status !== 'completed' || job.proof !== 'partial') return []
  const { proof, reason } = proofOf(snapshot)
  await updateJob(trx, job.id, { proof, proof_reason: reason })
  if (proof !== 'proven') return []
  return [
    {
      type: 'job.proven',
      actor: 'server',
      message: 'The job is proven: no finding remains.',
      data: { proof, commit: job.headCommit },
    },
  ]
}
