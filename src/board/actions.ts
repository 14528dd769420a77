import type { PersonAsked } from '../contract/question.ts'
import type { TaskView } from '../contract/job.ts'

/** Operations on the board of a job that its agent may perform while its attempt runs. They throw `AppError`. */
export interface BoardActions {
  /** The id of the agent's own task. */
  readonly own: string
  readonly tasks: () => Promise<readonly TaskView[]>
  readonly report: (message: string) => void
  /** Asks a person a question; the answer arrives as the agent's next prompt. */
  readonly ask: (question: PersonAsked) => Promise<void>
}
