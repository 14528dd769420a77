import type { Plan, Review } from '../contract/plan.ts'
import type {
  AttemptStatus,
  CheckKind,
  JobStatus,
  Mode,
  Phase,
  Proof,
  Role,
  TaskStatus,
  Wait,
} from '../contract/words.ts'

/** The input of the domain's rules. Times are epoch milliseconds, so that rules can calculate with them. */
export interface Job {
  readonly id: string
  readonly vision: string
  readonly title: string
  readonly backend: string
  readonly agents: Readonly<Partial<Record<Role, string>>>
  readonly mode: Mode
  readonly status: JobStatus
  readonly phase: Phase
  readonly progress: number
  readonly wait: Wait | null
  readonly proof: Proof | null
  readonly parallelism: number
  /** Increased by each restart; limits count within an epoch. */
  readonly epoch: number
  /** Whether a person must approve the plan before it is adopted. */
  readonly approvePlan: boolean
  /** The proposed plan, with its edits; read until the tasks of a plan are there. */
  readonly proposal: Plan | null
  readonly planApproved: boolean
  /** Counts proposals, edits and adoptions of the plan. */
  readonly planVersion: number
  readonly headCommit: string | null
  readonly cancelRequested: boolean
}

export type TaskKind = 'plan' | 'build' | 'repair'

export interface Task {
  readonly id: string
  readonly key: string
  readonly kind: TaskKind
  readonly title: string
  readonly role: Role
  readonly phase: Phase
  readonly status: TaskStatus
  readonly position: number
  readonly dependsOn: readonly string[]
  readonly checks: readonly string[]
  readonly agentId: string
  /** Attempts with lower numbers do not count, because a person has started the task over. */
  readonly triesFrom: number
  /** A person's notes for every attempt since then. */
  readonly notes: readonly Feedback[]
  /** Whether a person has requested its cancellation: it is cancelled when its last process has ended. */
  readonly cancelRequested: boolean
  readonly error: string | null
}

export interface Agent {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly backend: string
  readonly status: string
}

/** The reason why work was sent back, for the next attempt. */
export interface Feedback {
  readonly kind: 'check' | 'review' | 'conflict' | 'interrupted' | 'note'
  readonly summary: string
  readonly log?: string
}

/** One session of an agent on a task. A review is an attempt of kind `review` whose `subjectId` is the attempt judged. */
export interface Attempt {
  readonly id: string
  readonly taskId: string
  readonly epoch: number
  readonly number: number
  readonly kind: 'work' | 'review'
  readonly subjectId: string | null
  readonly status: AttemptStatus
  readonly headCommit: string | null
  readonly changed: boolean
  readonly outcome: AttemptOutcome | null
  readonly error: string | null
  readonly endedAt: number | null
}

export interface AttemptOutcome {
  readonly plan?: Plan
  readonly review?: Review
  readonly checks?: readonly string[]
  /** Why the attempt could no longer call a model, through no fault of its own. */
  readonly held?: AttemptWait
}

/**
 * Why an attempt waits; `on` describes it. A `budget` wait ends when a person has set the budget, a `backend` wait when a
 * person has done something about the provider.
 */
export type AttemptWait =
  | { readonly for: 'budget'; readonly on: string; readonly budgetVersion: number }
  /** `provider`: the one that could not be called; absent where the backend itself could not be used. */
  | { readonly for: 'retry'; readonly provider?: string; readonly on: string; readonly until: string }
  | { readonly for: 'backend'; readonly provider: string; readonly on: string }
  /** The subscription of the backend's own log-in is used up. */
  | { readonly for: 'provider'; readonly backend: string; readonly on: string; readonly until: string }
  | { readonly for: 'upgrade'; readonly on: string; readonly until: string }

export type WorkKind = 'attempt' | 'review' | 'checks' | 'merge' | 'deliver'
export type WorkStatus = 'queued' | 'running' | 'done' | 'lost' | 'cancelled'

/** A piece of long work that a worker claims. `held`: it is queued, or its lease has not ended. */
export interface Work {
  readonly id: string
  readonly epoch: number
  readonly kind: WorkKind
  readonly taskId: string | null
  readonly attemptId: string | null
  readonly status: WorkStatus
  readonly held: boolean
  readonly outcome: WorkOutcome | null
}

export type WorkOutcome =
  | { readonly kind: 'session' }
  | {
      readonly kind: 'checks'
      readonly verdict: 'pass' | 'fail' | 'none'
      readonly commit: string
      readonly failed: readonly FailedCheck[]
      /** Commands that passed and count. */
      readonly passed?: readonly string[]
      /** Why the verdict is `none`. */
      readonly reason?: string
    }
  | { readonly kind: 'merged'; readonly commit: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  | { readonly kind: 'delivered'; readonly path: string; readonly commit: string }
  /**
   * `permanent`: trying again would end in the same way. `server`: the fault is the server's, not that of a person's
   * request. `noRoomUntil`: the disk was full, and the work is retried at that time (ISO 8601); it does not count as a try.
   * `upgradedUntil`: the same, where the server's own program was gone.
   */
  | {
      readonly kind: 'error'
      readonly message: string
      readonly permanent?: boolean
      readonly server?: boolean
      readonly noRoomUntil?: string
      readonly upgradedUntil?: string
    }

export interface FailedCheck {
  /** `setup` when the setup failed, so that no check was run; absent for a check. */
  readonly kind?: CheckKind
  readonly command: string
  readonly log: string
}

/** An objection to a proof whose checks pass; `commit` is where it was last seen. */
export interface Finding {
  readonly id: string
  readonly message: string
  readonly commit: string
  readonly waived: boolean
}

/**
 * The complete input of `decide`, read under the job's row lock. It contains the attempts and work of tasks in progress
 * (`running` or `review`), because the rules never need those of a finished task; while a job is being planned, also those
 * of the planning tasks. `work` includes work of the job as a whole.
 */
export interface Snapshot {
  readonly job: Job
  readonly tasks: readonly Task[]
  readonly agents: readonly Agent[]
  readonly attempts: readonly Attempt[]
  readonly work: readonly Work[]
  readonly findings: readonly Finding[]
  readonly models: {
    /** A description of the budget when it is used up; null when there is none, or something is left of it. */
    readonly spent: string | null
    /** Increased each time a person sets the budget. */
    readonly budgetVersion: number
    /** Providers whose calls fail until a person acts. */
    readonly blocked: readonly { readonly name: string; readonly on: string }[]
  }
}
