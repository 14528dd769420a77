/** The displayed meaning of a status: only these six have a colour. */
export type Tone = 'idle' | 'running' | 'waiting' | 'review' | 'done' | 'failed'

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
