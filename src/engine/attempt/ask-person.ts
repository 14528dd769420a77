import type { EventContent } from '../../contract/events/event-data.ts'
import { clock } from '../../lib/clock.ts'
import { waitFor } from '../../lib/waiting.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import type { JobTrx } from '../../store/database/database.ts'
import { notePersonWait } from '../../store/views/person-wait.ts'
import type { Ask, AskKind } from '../ask.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'

/**
 * Puts a request of an agent to a person: `insert` stores it, `event` announces it. Returns false when this worker has lost the
 * work, so that no person is asked.
 */
export async function requestFromPerson(
  engine: Pick<Engine, 'db' | 'answers'>,
  claim: Pick<Claim, 'work' | 'lease'>,
  attempt: AttemptTask,
  { insert, event }: { insert(trx: JobTrx): Promise<void>; readonly event: EventContent },
): Promise<boolean> {
  const isStored = await underLease(engine.db, claim, async ({ trx, job, append }) => {
    await insert(trx)
    await notePersonWait(trx, job.id)
    const about = { taskId: attempt.task_id, attemptId: attempt.id }
    await append([{ ...event, ...about, actor: `agent:${attempt.agent}` }])
    return true
  })
  return isStored ?? false
}

interface Awaited {
  readonly id: string
  /** When it expires, in epoch milliseconds. */
  readonly until: number
  /** Aborts when the session ends. */
  readonly signal: AbortSignal
}

/**
 * Waits until a request is over, and returns it. Closes it when its time is over or its session has ended. Returns null
 * when this worker has lost the work and so has no session to answer.
 */
export async function awaitPerson<View extends Ask>(
  engine: Pick<Engine, 'db' | 'answers'>,
  claim: Pick<Claim, 'work' | 'lease'>,
  kind: AskKind<View>,
  awaited: Awaited,
): Promise<View | null> {
  let waiting = engine.answers.next(awaited.id)
  try {
    for (;;) {
      const over = await checkRequest(engine, claim, kind, awaited)
      if (over !== 'open') return over
      const { signal, until } = awaited
      await waitFor(waiting.sign, { signal, ms: until - clock.now() }, () => undefined)
      // Subscribe before the next check, so that an answer that arrives in between is not missed.
      waiting = engine.answers.next(awaited.id)
    }
  } finally {
    waiting.stop()
  }
}

async function checkRequest<View extends Ask>(
  engine: Pick<Engine, 'db' | 'answers'>,
  claim: Pick<Claim, 'work' | 'lease'>,
  kind: AskKind<View>,
  { id, until, signal }: Awaited,
): Promise<View | 'open' | null> {
  return underLease(engine.db, claim, async ({ trx, job, append }) => {
    const found = await kind.read(trx, job.id, id)
    if (found === null || found.ask.outcome !== null) return found?.ask ?? null
    const outcome = signal.aborted ? 'withdrawn' : clock.now() >= until ? 'expired' : null
    if (outcome === null) return 'open'
    const { ask, agentId } = found
    const event = await kind.closeUnanswered(trx, ask, agentId, outcome)
    await notePersonWait(trx, job.id)
    await append([{ ...event, actor: 'server', taskId: ask.task_id, attemptId: ask.attempt_id }])
    return { ...ask, outcome }
  })
}
