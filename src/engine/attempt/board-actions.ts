import type { BoardActions } from '../../board/actions.ts'
import { AppError } from '../../lib/app-error.ts'
import { askQuestion } from './ask-question.ts'
import type { AttemptTask } from '../../store/attempts.ts'
import { listTasks } from '../../store/views/team-views.ts'
import type { Claim } from '../claim.ts'
import type { Engine } from '../engine.ts'
import type { Recorder } from './record-session.ts'

/** The maximum number of reports of one attempt: more than a person reads, and a bound for an agent in a loop. */
const REPORTS = 200
/** The maximum number of questions of one attempt: each may block it, and a session receives a limited number of answers. */
const QUESTIONS = 5

/** Returns the operations that an attempt's agent may perform on the board of its job. */
export function boardActions(
  engine: Engine,
  claim: Claim,
  attempt: AttemptTask,
  recorder: Recorder,
): BoardActions {
  let reports = 0
  let questions = 0
  return {
    own: attempt.task_id,
    tasks: () => listTasks(engine.db.reader, claim.job.id),
    report(message) {
      reports += 1
      if (reports > REPORTS)
        throw new AppError(
          'too_many_reports',
          `You have reported ${REPORTS} times, which is the maximum: continue with the work.`,
        )
      recorder.report(message.replaceAll(/\s+/g, ' '))
    },
    async ask(question) {
      questions += 1
      if (questions > QUESTIONS)
        throw new AppError(
          'too_many_questions',
          `You have asked ${QUESTIONS} times, which is all that is taken: decide yourself, and write down what you decided.`,
        )
      await askQuestion(engine, claim, attempt, question)
    },
  }
}
