import type { Session } from '../../agents/session/session.ts'
import type { ReportedUsage } from '../../agents/backend.ts'
import type { TaskBrief } from '../../contract/brief.ts'
import { messagePrompt } from '../../roles/message-prompt.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import type { Workspace } from '../../workspace/attempt-workspace.ts'
import { awaitAnswers } from './await-answers.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import type { LimitListener } from './listen-for-limit.ts'
import { messagesForTurn } from './messages.ts'
import { NoModelNow } from '../models/model-access.ts'
import type { Recorder } from './record-session.ts'
import { readReports, type Reports } from './read-reports.ts'

/** The result of a session. The end of a turn is no evidence about the work. */
export interface ConversationOutcome {
  readonly error: string | null
  readonly stopReason: string | null
  readonly reports: Reports
}

export interface Conversation {
  readonly session: Session
  readonly attempt: AttemptTask
  readonly brief: TaskBrief
  readonly workspace: Workspace
  readonly recorder: Recorder
  /** Null when the gateway sees the provider's responses. */
  readonly limit: LimitListener | null
}

/** The maximum number of times one session is prompted with people's messages; later messages wait for the next attempt. */
const MESSAGE_ROUNDS = 10

/** The maximum number of times an agent may correct a report that does not fit its schema, within one session. */
const CORRECTIONS = 3

/** Prompts an agent with its brief, then with people's messages and with errors in its report, until it is done. */
export async function converse(
  engine: Engine,
  claim: Claim,
  conversation: Conversation,
): Promise<ConversationOutcome> {
  const { session, attempt, recorder, limit } = conversation
  let prompt = engine.roles.render(conversation.brief, conversation.workspace.reports)
  let messageRounds = 0
  for (let round = 0; ; round += 1) {
    limit?.beginTurn()
    const { stopReason } = await session.prompt(prompt, claim.signal)
    recordUsage(session, recorder)
    const wait = limit?.wait(null) ?? null
    if (wait !== null) throw new NoModelNow(wait)
    if (stopReason !== 'end_turn')
      return { error: `The agent stopped with "${stopReason}".`, stopReason, reports: {} }
    const messages = messageRounds < MESSAGE_ROUNDS ? await newMessages(engine, claim, attempt) : []
    if (messages.length > 0) {
      messageRounds += 1
      prompt = messagePrompt(messages)
      continue
    }
    const { reports, problem } = await readReports(conversation.workspace, attempt, claim.job.mode)
    if (problem === null) return { error: null, stopReason, reports }
    if (round - messageRounds >= CORRECTIONS) return { error: problem, stopReason, reports: {} }
    recorder.note(`The report was sent back: ${problem}`)
    prompt = `${problem}\n\nCorrect the file and stop.`
  }
}

/** Returns the messages for the agent's next turn: those that people sent meanwhile, and the outcome of its open questions. */
async function newMessages(engine: Engine, claim: Claim, attempt: AttemptTask): Promise<string[]> {
  const unanswered = await awaitAnswers(engine, claim, attempt)
  return [...(await messagesForTurn(engine, claim, attempt)), ...unanswered]
}

function recordUsage(session: Session, recorder: Recorder): void {
  const usage: ReportedUsage | null = session.usage()
  if (usage !== null) recorder.add({ kind: 'usage', ...usage })
}
