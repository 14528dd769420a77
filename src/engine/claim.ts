import type { WorkOutcome, WorkStatus } from '../domain/model.ts'
import type { AttemptChange } from '../store/attempts.ts'
import type { NewCheck } from '../store/checks.ts'
import type { NewFinding } from '../store/findings.ts'
import type { NewEvent } from '../store/events.ts'
import type { JobRow } from '../store/jobs.ts'
import type { WorkRow } from '../store/work.ts'

/** Claimed work; `lease` is the fencing token of every write made for it. */
export interface Claim {
  readonly work: WorkRow
  readonly lease: number
  readonly job: JobRow
  readonly signal: AbortSignal
}

/** The result of a runner; it is committed in one transaction with the end of the work. */
export interface Report {
  readonly outcome: WorkOutcome
  readonly status?: WorkStatus
  readonly attempt?: AttemptChange
  readonly checks?: readonly NewCheck[]
  /** Objections to the proof of the checked commit. */
  readonly findings?: readonly NewFinding[]
  readonly events: readonly NewEvent[]
}
