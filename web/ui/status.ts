import type {
  AgentStatus,
  AttemptStatus,
  JobStatus,
  Proof,
  TaskStatus,
  Verdict,
} from '../../src/contract/words.ts'

/** The displayed meaning of a status: only these six have a colour. */
export type Tone = 'idle' | 'running' | 'waiting' | 'review' | 'done' | 'failed'

/** Every status word of the API. The same word has the same meaning everywhere. */
export type StatusWord =
  | JobStatus
  | TaskStatus
  | AgentStatus
  | AttemptStatus
  | Proof
  | Verdict
  /** A job that continues when a person acts. */
  | 'needs_you'

export const statuses: Readonly<Record<StatusWord, { readonly tone: Tone; readonly label: string }>> = {
  queued: { tone: 'idle', label: 'Queued' },
  pending: { tone: 'idle', label: 'Pending' },
  ready: { tone: 'idle', label: 'Ready' },
  idle: { tone: 'idle', label: 'Idle' },
  running: { tone: 'running', label: 'Running' },
  working: { tone: 'running', label: 'Working' },
  waiting: { tone: 'waiting', label: 'Waiting' },
  needs_you: { tone: 'waiting', label: 'Needs you' },
  review: { tone: 'review', label: 'In review' },
  completed: { tone: 'done', label: 'Completed' },
  succeeded: { tone: 'done', label: 'Succeeded' },
  failed: { tone: 'failed', label: 'Failed' },
  lost: { tone: 'failed', label: 'Lost' },
  skipped: { tone: 'idle', label: 'Skipped' },
  cancelled: { tone: 'idle', label: 'Cancelled' },
  proven: { tone: 'done', label: 'Proven' },
  partial: { tone: 'waiting', label: 'Partly proven' },
  unproven: { tone: 'waiting', label: 'Unproven' },
  pass: { tone: 'done', label: 'Passed' },
  fail: { tone: 'failed', label: 'Failed' },
  waived: { tone: 'waiting', label: 'Waived' },
}

export const toneText: Readonly<Record<Tone, string>> = {
  idle: 'text-muted',
  running: 'text-running',
  waiting: 'text-waiting',
  review: 'text-review',
  done: 'text-done',
  failed: 'text-failed',
}

export const toneSoft: Readonly<Record<Tone, string>> = {
  idle: 'bg-hover text-muted',
  running: 'bg-running-soft text-running',
  waiting: 'bg-waiting-soft text-waiting',
  review: 'bg-review-soft text-review',
  done: 'bg-done-soft text-done',
  failed: 'bg-failed-soft text-failed',
}

export const toneFill: Readonly<Record<Tone, string>> = {
  idle: 'bg-control',
  running: 'bg-running',
  waiting: 'bg-waiting',
  review: 'bg-review',
  done: 'bg-done',
  failed: 'bg-failed',
}
