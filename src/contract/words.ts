import { z } from 'zod'

/** The closed vocabularies of the API; docs/glossary.md defines each word. */
export const JobStatus = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'])
export type JobStatus = z.infer<typeof JobStatus>

export const Phase = z.enum(['queued', 'planning', 'building', 'proving', 'delivering', 'completed', 'error'])
export type Phase = z.infer<typeof Phase>

export const TaskStatus = z.enum([
  'pending',
  'ready',
  'running',
  'review',
  'completed',
  'failed',
  'skipped',
  'cancelled',
])
export type TaskStatus = z.infer<typeof TaskStatus>

export const Role = z.enum(['product_owner', 'architect', 'developer', 'reviewer', 'tester'])
export type Role = z.infer<typeof Role>

export const AgentStatus = z.enum(['idle', 'working', 'waiting', 'completed', 'failed'])
export type AgentStatus = z.infer<typeof AgentStatus>

export const AttemptStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'lost', 'cancelled'])
export type AttemptStatus = z.infer<typeof AttemptStatus>

export const Mode = z.enum(['team', 'solo'])
export type Mode = z.infer<typeof Mode>

/** The priority of a job in the queue: work of a job with a higher priority is claimed first. */
export const Priority = z.enum(['low', 'normal', 'high'])
export type Priority = z.infer<typeof Priority>

export const Proof = z.enum(['proven', 'partial', 'unproven'])
export type Proof = z.infer<typeof Proof>

export const Verdict = z.enum(['pass', 'fail', 'waived'])
export type Verdict = z.infer<typeof Verdict>

/** The origin of a check: the person who created the job, its plan, the files of the repository, or an agent. */
export const CheckOrigin = z.enum(['person', 'plan', 'repository', 'agent'])
export type CheckOrigin = z.infer<typeof CheckOrigin>

/** A check decides whether the work is good; a setup only prepares what the checks need. */
export const CheckKind = z.enum(['check', 'setup'])
export type CheckKind = z.infer<typeof CheckKind>

/** Why an unfinished job is not moving. `since` and `until` are ISO 8601 UTC. */
export const Wait = z.object({
  for: z.enum([
    'approval',
    'answer',
    'permission',
    'budget',
    'capacity',
    'backend',
    'provider',
    'disk',
    'upgrade',
    'retry',
  ]),
  on: z.string(),
  since: z.string(),
  until: z.string().nullable(),
})
export type Wait = z.infer<typeof Wait>

/** Waits that only a person can end. The others end by themselves. */
export const personWaits: ReadonlySet<Wait['for']> = new Set([
  'approval',
  'answer',
  'permission',
  'budget',
  'backend',
])

/** Whether a person has to act before the job or task can continue. */
export function needsPerson({ wait }: { readonly wait: Wait | null }): boolean {
  return wait !== null && personWaits.has(wait.for)
}
