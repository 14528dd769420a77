import { clock } from '../../lib/clock.ts'
import type { JobTrx } from '../../store/database/database.ts'
import { updateAttempt } from '../../store/attempts.ts'
import type { NewEvent } from '../../store/events.ts'
import { releaseAgent } from '../../store/team.ts'
import { endWork, readWork } from '../../store/work.ts'

/**
 * Ends work whose worker will not report any more, releases its agent, and returns the event that describes it. `because`
 * ends the messages shown to people: "its worker ended". Returns no event when the work had already ended.
 */
export async function loseWork(trx: JobTrx, workId: string, because: string): Promise<NewEvent[]> {
  const work = await readWork(trx, workId)
  if (work === null || !(await endWork(trx, workId, null, 'lost', null))) return []
  const attemptId = work.attempt_id
  if (attemptId !== null && (work.kind === 'attempt' || work.kind === 'review')) {
    await updateAttempt(trx, attemptId, {
      status: 'lost',
      error: `It was interrupted: ${because}.`,
      ended_at: clock.date(),
    })
    await releaseAgent(trx, attemptId)
  }
  return [
    {
      type: 'work.lost',
      actor: 'server',
      taskId: work.task_id,
      attemptId,
      message: `The ${work.kind} was interrupted: ${because}.`,
      data: { kind: work.kind, epoch: work.epoch },
    },
  ]
}
