import type { EventContent } from '../contract/events/event-data.ts'
import type { PermissionView } from '../contract/permission.ts'
import type { QuestionView } from '../contract/question.ts'
import { AppError } from '../lib/app-error.ts'
import type { JobTrx, Reader } from '../store/database/database.ts'
import { closePermission, readPermission } from '../store/permissions.ts'
import { closeQuestion, readQuestion } from '../store/questions.ts'
import { updateAgent } from '../store/team.ts'

/**
 * What agents ask people: permissions and questions. Both wait for an answer until a deadline, end with an outcome, and
 * may outlive the session that asked. `attempt/ask-person.ts` asks and waits, `people/answer-ask.ts` answers.
 */
export interface Ask {
  readonly id: string
  readonly task_id: string
  readonly attempt_id: string
  /** Null while it is open. */
  readonly outcome: string | null
}

/** The outcome of a request without an answer: its time is over, or the session that asked has ended. */
export type Unanswered = 'expired' | 'withdrawn'

export interface AskKind<View extends Ask> {
  /** Returns one with its agent; null when the job has none with this id. */
  read(
    db: Reader,
    jobId: string,
    id: string,
  ): Promise<{ readonly ask: View; readonly agentId: string } | null>
  /** Closes a request without an answer, and returns its event. */
  closeUnanswered(trx: JobTrx, ask: View, agentId: string, outcome: Unanswered): Promise<EventContent>
  /** Returns the error of an answer that comes too late. */
  closed(outcome: NonNullable<View['outcome']>): AppError
  /** Returns the error of an answer to one that the job does not have. */
  missing(id: string): AppError
}

export const permissionAsk: AskKind<PermissionView> = {
  read: readPermission,
  async closeUnanswered(trx, { id, title }, agentId, outcome) {
    await closePermission(trx, id, { outcome, optionId: null, actor: 'server' })
    await updateAgent(trx, agentId, { status: 'working' })
    const reasons = {
      expired: 'Nobody answered in time, so it was refused',
      withdrawn: 'The session ended before anybody answered',
    }
    return {
      type: 'permission.answered',
      message: `${reasons[outcome]}: ${title}`,
      data: { permission_id: id, outcome, option_id: null },
    }
  },
  closed(outcome) {
    const messages = {
      allowed: 'It has been allowed already.',
      refused: 'It has been refused already.',
      expired: 'Its time was over, so it was refused.',
      withdrawn: 'The session that asked has ended; if its work continues, it asks again.',
    }
    return new AppError('permission_closed', messages[outcome])
  },
  missing: (id) => new AppError('not_found', `The job has no permission ${id}: they are in /permissions.`),
}

export const questionAsk: AskKind<QuestionView> = {
  read: readQuestion,
  async closeUnanswered(trx, { id, question }, _agentId, outcome) {
    await closeQuestion(trx, id, { outcome, answer: null, actor: 'server' })
    const reasons = {
      expired: 'Nobody answered in time',
      withdrawn: 'The session ended before anybody answered',
    }
    return {
      type: 'question.closed',
      message: `${reasons[outcome]}: ${question}`,
      data: { question_id: id, outcome },
    }
  },
  closed(outcome) {
    const messages = {
      answered: 'It has been answered already.',
      expired: 'Its time was over, so the agent decided itself.',
      withdrawn: 'The session that asked has ended; if its work continues, it may ask again.',
    }
    return new AppError('question_closed', messages[outcome])
  },
  missing: (id) => new AppError('not_found', `The job has no question ${id}: they are in /questions.`),
}
