import type { EventContent } from '../../contract/events/event-data.ts'
import { notify } from '../../store/database/channels.ts'
import type { JobTrx } from '../../store/database/database.ts'
import { notePersonWait } from '../../store/views/person-wait.ts'
import type { Ask, AskKind } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { personAct } from '../job-transactions.ts'
import { answersChannel } from '../permission-answers.ts'

/**
 * Stores a person's answer to what an agent asked, and wakes the session that waits for it: `answer` closes the request and
 * returns its event. Throws `AppError` when the job has no such request, or it is closed.
 */
export async function answerAsk<View extends Ask>(
  engine: Pick<Engine, 'db'>,
  { jobId, id }: { readonly jobId: string; readonly id: string },
  kind: AskKind<View>,
  answer: (trx: JobTrx, ask: View, agentId: string) => Promise<EventContent>,
): Promise<void> {
  await personAct(engine.db, jobId, async ({ trx, append }) => {
    const found = await kind.read(trx, jobId, id)
    if (found === null) throw kind.missing(id)
    const { ask, agentId } = found
    if (ask.outcome !== null) throw kind.closed(ask.outcome)
    const event = await answer(trx, ask, agentId)
    await notePersonWait(trx, jobId)
    await append([{ ...event, actor: 'person', taskId: ask.task_id, attemptId: ask.attempt_id }])
    notify(trx, answersChannel, id)
  })
}
