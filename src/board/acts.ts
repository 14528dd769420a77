import type { PersonAsked } from '../contract/question.ts'
import type { TaskView } from '../contract/job.ts'

/** What an agent may do with the board of its job, for as long as its attempt lives. They throw `AppError`. */
export interface BoardActs {
  /** The id of the agent's own task. */
  readonly own: string
  readonly tasks: () => Promise<readonly TaskView[]>
  readonly report: (message: string) => void
  /** Puts a question to a person; the answer comes as the agent's next prompt. */
  readonly ask: (asked: PersonAsked) => Promise<void>
}
