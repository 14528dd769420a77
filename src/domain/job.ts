import type { JobStatus, Phase } from '../contract/words.ts'

/** The transitions of a job as a whole. */
export type JobTransition = 'start' | 'complete' | 'fail' | 'cancel' | 'restart' | 'resume'

const allowed: Readonly<Record<JobTransition, readonly JobStatus[]>> = {
  start: ['queued'],
  complete: ['running', 'waiting'],
  fail: ['queued', 'running', 'waiting'],
  cancel: ['queued', 'running', 'waiting'],
  restart: ['failed', 'cancelled'],
  resume: ['failed'],
}

const result: Readonly<Record<JobTransition, JobStatus>> = {
  start: 'running',
  complete: 'completed',
  fail: 'failed',
  cancel: 'cancelled',
  restart: 'queued',
  resume: 'running',
}

/** Returns the status after a transition, or null when it is not allowed. The only place that can yield `completed`. */
export function transition(status: JobStatus, event: JobTransition): JobStatus | null {
  return allowed[event].includes(status) ? result[event] : null
}

/** Whether a job has ended, so that it only moves again when a person restarts it. */
export function isTerminal(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

/** Returns the phase that people see when a job ends in a status. */
export function finalPhase(status: JobStatus, phase: Phase): Phase {
  if (status === 'completed') return 'completed'
  return status === 'failed' ? 'error' : phase
}

/** Returns a title for a vision: its first line, cut at a word. */
export function titleOf(vision: string): string {
  const line = vision
    .trim()
    .replace(/\n[^]*/, '')
    .trim()
  if (line.length <= 100) return line
  const cut = line.slice(0, 100)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 60)).toWellFormed()}…`
}
