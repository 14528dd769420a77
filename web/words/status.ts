import type {
  AgentStatus,
  AttemptStatus,
  JobStatus,
  Proof,
  TaskStatus,
  Verdict,
} from '../../src/contract/words.ts'
import type { Tone } from '../ui/tone.ts'

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
