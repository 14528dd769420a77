import type { WorkOutcome, WorkStatus } from '../domain/model.ts'
import type { AttemptChange } from '../store/attempts.ts'
import type { NewCheck } from '../store/checks.ts'
import type { NewFinding } from '../store/findings.ts'
import type { NewEvent } from '../store/events.ts'
import type { JobRow } from '../store/jobs.ts'
import type { WorkRow } from '../store/work.ts'

/** Claimed work: `lease` is the fencing token of everything that is written for it. */
export interface Claim {
  readonly work: WorkRow
  readonly lease: number
  readonly job: JobRow
  readonly signal: AbortSignal
}

/** What a runner hands back; it becomes true in one transaction together with the end of the work. */
export interface Report {
  readonly outcome: WorkOutcome
  readonly status?: WorkStatus
  readonly attempt?: AttemptChange
  readonly checks?: readonly NewCheck[]
  /** What stands against the proof of the commit that was checked. */
  readonly findings?: readonly NewFinding[]
  readonly events: readonly NewEvent[]
}
