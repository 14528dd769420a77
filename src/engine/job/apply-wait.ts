import type { Decision } from '../../domain/decision.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import type { NewEvent } from '../../store/events.ts'
import { updateJob } from '../../store/jobs.ts'
import type { JobTransaction } from '../job-transactions.ts'

type WaitDecision = Extract<Decision, { do: 'wait-retry' | 'wait-person' | 'stop-waiting' }>

export function isWait(decision: Decision): decision is WaitDecision {
  return decision.do === 'wait-retry' || decision.do === 'wait-person' || decision.do === 'stop-waiting'
}

/** Sets the job's wait, with an advance that is due at its end when the wait has one; or ends the wait. */
export async function applyWait(
  { trx, job, queueAdvance }: JobTransaction,
  decision: WaitDecision,
): Promise<NewEvent[]> {
  if (decision.do === 'stop-waiting') {
    await updateJob(trx, job.id, { status: 'running', wait: null })
    return [{ type: 'job.continued', actor: 'server', message: 'The wait is over.' }]
  }
  const until = decision.do === 'wait-retry' ? new Date(decision.until) : null
  const wait = {
    for: decision.for ?? ('retry' as const),
    on: decision.on,
    since: clock.iso(),
    until: until === null ? null : isoTime(until),
  }
  await updateJob(trx, job.id, { status: 'waiting', wait })
  if (until !== null) await queueAdvance(until)
  return [
    {
      type: 'job.waiting',
      actor: 'server',
      taskId: decision.taskId,
      message: `Waiting for ${decision.on}${until === null ? '' : ` until ${isoTime(until)}`}.`,
      data: { wait },
    },
  ]
}
