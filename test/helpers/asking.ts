import type { EventContent } from '../../src/contract/events/event-data.ts'
import { permissionAsk, type Ask, type AskKind } from '../../src/engine/ask.ts'
import { awaitPerson, requestFromPerson } from '../../src/engine/attempt/ask-person.ts'
import { openAnswers, type Answers } from '../../src/engine/permission-answers.ts'
import { clock, isoTime } from '../../src/lib/clock.ts'
import { newId } from '../../src/lib/ids.ts'
import { openLog } from '../../src/lib/log.ts'
import { readAttempt, type AttemptTask } from '../../src/store/attempts.ts'
import type { Database } from '../../src/store/database/database.ts'
import { readEvents } from '../../src/store/events.ts'
import { openDatabase } from '../../src/store/database/open-database.ts'
import { insertPermission } from '../../src/store/permissions.ts'
import { insertQuestion } from '../../src/store/questions.ts'
import type { WorkRow } from '../../src/store/work.ts'
import { claimAttempt } from './claimed-attempt.ts'
import { makeDir } from './made-dirs.ts'

/** What asking a person needs of an engine, with a database of its own. */
export interface AskingEngine {
  readonly db: Database
  readonly answers: Answers
  close(): Promise<void>
}

export async function openAskingEngine(): Promise<AskingEngine> {
  const db = await openDatabase({ dataDir: makeDir('slipway-asks-'), url: null, log: openLog('silent') })
  const answers = await openAnswers(db)
  return {
    db,
    answers,
    async close() {
      await answers.close()
      await db.close()
    },
  }
}

const options = [
  { id: 'yes', name: 'Allow', kind: 'allow_once' as const },
  { id: 'no', name: 'Refuse', kind: 'reject_once' as const },
]
const deadline = new Date(clock.now() + 3_600_000)

/** A request of an agent that waits for a person. */
export interface Asked<View> {
  readonly work: WorkRow
  readonly jobId: string
  readonly id: string
  /** Waits as the session of the agent does, for an hour at most. */
  wait(bounds?: { until?: number; signal?: AbortSignal }): Promise<View | null>
  /** Returns the last event of the job. */
  lastEvent(): Promise<unknown>
}

/** Puts a permission request ("Run it") or a question ("Tabs?") to a person, from an attempt of its own. */
export async function askOf<View extends Ask>(
  engine: AskingEngine,
  kind: AskKind<View>,
): Promise<Asked<View>> {
  const { claim } = await claimAttempt(engine.db)
  const attempt = await readAttempt(engine.db.reader, claim.work.attempt_id ?? '')
  if (attempt === null) throw new Error('there is no attempt')
  const jobId = claim.work.job_id
  const id = newId()
  const isPermission = Object.is(kind, permissionAsk)
  await requestFromPerson(engine, claim, attempt, (isPermission ? permission : question)(jobId, attempt, id))
  return {
    work: claim.work,
    jobId,
    id,
    wait: ({ until = deadline.getTime(), signal = new AbortController().signal } = {}) =>
      awaitPerson(engine, claim, kind, { id, until, signal }),
    lastEvent: async () => (await readEvents(engine.db.reader, jobId, 0, 100)).at(-1),
  }
}

type Put = Parameters<typeof requestFromPerson>[3]

const ofAttempt = (attempt: AttemptTask) => ({
  task_id: attempt.task_id,
  attempt_id: attempt.id,
  agentId: attempt.agent_id,
  deadline,
})

function permission(jobId: string, attempt: AttemptTask, id: string): Put {
  const request = { id, jobId, title: 'Run it', kind: 'execute', options, input: null }
  const event: EventContent = {
    type: 'permission.asked',
    message: 'May it run?',
    data: { permission_id: id, title: 'Run it', kind: 'execute', options, deadline: isoTime(deadline) },
  }
  return { insert: (trx) => insertPermission(trx, { ...ofAttempt(attempt), ...request }), event }
}

function question(jobId: string, attempt: AttemptTask, id: string): Put {
  const request = { id, jobId, question: 'Tabs?', choices: [] }
  const event: EventContent = {
    type: 'question.asked',
    message: 'Tabs?',
    data: { question_id: id, question: 'Tabs?', choices: [], deadline: isoTime(deadline) },
  }
  return { insert: (trx) => insertQuestion(trx, { ...ofAttempt(attempt), ...request }), event }
}
