import type { Plan } from '../contract/plan.ts'
import type { Phase, Proof, Role } from '../contract/words.ts'
import type { Feedback, TaskKind } from './model.ts'

/** A task to be added to the board; `dependsOnKeys` are keys of tasks added before it or in the same decision. */
export interface NewTask {
  readonly key: string
  readonly kind: TaskKind
  readonly title: string
  readonly description: string
  readonly role: Role
  readonly phase: Phase
  readonly dependsOnKeys: readonly string[]
  readonly acceptance: readonly string[]
  readonly checks: readonly string[]
}

/** The next step of the engine; `applyDecisions` carries each out in the transaction that read the snapshot. */
export type Decision =
  | { readonly do: 'add-tasks'; readonly tasks: readonly NewTask[] }
  | { readonly do: 'adopt-plan'; readonly plan: Plan; readonly tasks: readonly NewTask[] }
  | { readonly do: 'propose-plan'; readonly plan: Plan }
  | { readonly do: 'wait-approval' }
  | { readonly do: 'ready'; readonly taskId: string }
  | { readonly do: 'start-attempt'; readonly taskId: string; readonly feedback: readonly Feedback[] }
  | { readonly do: 'start-review'; readonly taskId: string; readonly subjectId: string }
  | { readonly do: 'start-checks'; readonly taskId: string | null; readonly attemptId: string | null }
  | { readonly do: 'start-merge'; readonly taskId: string; readonly attemptId: string }
  | { readonly do: 'start-deliver' }
  | { readonly do: 'complete-task'; readonly taskId: string; readonly commit: string | null }
  | { readonly do: 'fail-task'; readonly taskId: string; readonly error: string }
  | { readonly do: 'skip-task'; readonly taskId: string; readonly reason: string }
  | { readonly do: 'cancel-task'; readonly taskId: string }
  | { readonly do: 'lose-work'; readonly workId: string; readonly attemptId: string | null }
  | { readonly do: 'cancel-work'; readonly workId: string; readonly attemptId: string | null }
  | { readonly do: 'enter-phase'; readonly phase: Phase }
  | {
      readonly do: 'wait-retry'
      /** Defaults to `retry`. */
      readonly for?: 'retry' | 'disk' | 'provider' | 'upgrade'
      readonly taskId: string | null
      readonly until: number
      readonly on: string
    }
  | {
      readonly do: 'wait-person'
      readonly for: 'budget' | 'backend'
      readonly taskId: string
      readonly on: string
    }
  | { readonly do: 'stop-waiting' }
  | {
      readonly do: 'complete-job'
      readonly proof: Proof
      /** Why the proof is not `proven`; null when it is. */
      readonly reason: string | null
      readonly path: string
      readonly commit: string
    }
  | { readonly do: 'fail-job'; readonly error: string }
  | { readonly do: 'cancel-job' }
