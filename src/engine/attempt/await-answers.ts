import type { QuestionView } from '../../contract/question.ts'
import { clock } from '../../lib/clock.ts'
import { waitFor } from '../../lib/waiting.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { notePersonWait } from '../../store/person-wait.ts'
import { closeQuestion, openQuestions, readQuestion } from '../../store/questions.ts'
import { updateAgent } from '../../store/team.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import { underLease } from '../job-transactions.ts'

/**
 * Waits between two turns of a session, without its slot, until every question of the agent is answered, expired or
 * withdrawn. Answers arrive as messages; the return value lists notices for the agent about expired questions.
 */
export async function awaitAnswers(engine: Engine, claim: Claim, attempt: AttemptTask): Promise<string[]> {
  const open = await openQuestions(engine.db.reader, attempt.id)
  if (open.length === 0) return []
  await showWaiting(engine, claim, attempt, 'waiting')
  const takeSlotBack = engine.running.slots.lend()
  const unanswered: string[] = []
  try {
    for (const { id, deadline } of open) {
      const question = await awaitOne(engine, claim, attempt, { id, until: Date.parse(deadline) })
      if (question?.outcome === 'expired')
        unanswered.push(
          `Nobody answered your question "${question.question}" in time: decide yourself, and write down what you decided.`,
        )
    }
  } finally {
    takeSlotBack()
  }
  await showWaiting(engine, claim, attempt, 'working')
  return unanswered
}

/** Records that the agent of an attempt waits for answers, or that it works again. */
async function showWaiting(
  engine: Engine,
  claim: Claim,
  { agent, agent_id, id, task_id }: AttemptTask,
  status: 'waiting' | 'working',
): Promise<void> {
  await underLease(engine.db, claim, async ({ trx, append }) => {
    await updateAgent(trx, agent_id, { status })
    await append([
      {
        type: status === 'waiting' ? 'attempt.waiting' : 'attempt.resumed',
        actor: 'server',
        taskId: task_id,
        attemptId: id,
        message: status === 'waiting' ? `${agent} is waiting for an answer.` : `${agent} is working again.`,
      },
    ])
  })
}

interface Awaited {
  readonly id: string
  readonly until: number
}

async function awaitOne(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  awaited: Awaited,
): Promise<QuestionView | null> {
  let waiting = engine.answers.next(awaited.id)
  try {
    for (;;) {
      const over = await settled(engine, claim, attempt, awaited)
      if (over !== 'open') return over
      const ms = awaited.until - clock.now()
      await waitFor(waiting.sign, { signal: claim.signal, ms }, () => undefined)
      // Subscribe before the next look, so that an answer that arrives in between is not missed.
      waiting = engine.answers.next(awaited.id)
    }
  } finally {
    waiting.stop()
  }
}

/**
 * Returns the question once it is over, or `open` until then. Closes it when its deadline has passed or its session has
 * ended. Returns null when this worker has lost the work.
 */
async function settled(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  { id, until }: Awaited,
): Promise<QuestionView | null | 'open'> {
  return underLease(engine.db, claim, async ({ trx, job, append }) => {
    const found = await readQuestion(trx, job.id, id)
    if (found === null || found.question.outcome !== null) return found?.question ?? null
    const outcome = claim.signal.aborted ? 'withdrawn' : clock.now() >= until ? 'expired' : null
    if (outcome === null) return 'open'
    await closeQuestion(trx, id, { outcome, answer: null, actor: 'server' })
    await notePersonWait(trx, job.id)
    const why =
      outcome === 'expired' ? 'Nobody answered in time' : 'The session ended before anybody answered'
    await append([
      {
        type: 'question.closed',
        actor: 'server',
        taskId: attempt.task_id,
        attemptId: attempt.id,
        message: `${why}: ${found.question.question}`,
        data: { question_id: id, outcome },
      },
    ])
    return { ...found.question, outcome }
  })
}
