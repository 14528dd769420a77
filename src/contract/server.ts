import { z } from 'zod'
import { Usage } from './job.ts'

export const CheckState = z.object({ ok: z.boolean(), detail: z.string() })
export const Health = z.object({
  status: z.enum(['ok', 'unavailable']),
  version: z.string(),
  checks: z.record(z.string(), CheckState),
})
export type Health = z.infer<typeof Health>

/**
 * The latest canary run, the server's test of itself with a small job: when it began, its duration, and why it failed.
 * `job_id` names the job while it runs and after a failure; the job of a passed run is deleted.
 */
export const CanaryView = z.object({
  status: z.enum(['never', 'running', 'passed', 'failed']),
  at: z.string().nullable(),
  duration_ms: z.int().nullable(),
  job_id: z.uuid().nullable(),
  reason: z.string().nullable(),
})
export type CanaryView = z.infer<typeof CanaryView>

export const Stats = z.object({
  jobs: z.record(z.string(), z.int()),
  tasks: z.record(z.string(), z.int()),
  queue: z.record(z.string(), z.int()),
  slots: z.object({ total: z.int(), busy: z.int() }),
  usage: Usage,
  uptime_seconds: z.int(),
})
export type Stats = z.infer<typeof Stats>

/** The processes that claim work, and their current work. `seen_at` is the time of the last heartbeat. */
export const WorkerView = z.object({
  id: z.uuid(),
  host: z.string(),
  pid: z.int(),
  slots: z.int(),
  started_at: z.string(),
  seen_at: z.string(),
  leases: z.array(
    z.object({
      work_id: z.uuid(),
      kind: z.enum(['attempt', 'review', 'checks', 'merge', 'deliver']),
      job_id: z.uuid(),
      task_id: z.uuid().nullable(),
      since: z.string(),
    }),
  ),
})
export type WorkerView = z.infer<typeof WorkerView>
export const WorkerList = z.object({ workers: z.array(WorkerView) })

/** The shape of every error of the API; `code` is stable, `error` is a sentence for a person. */
export const ErrorBody = z.object({
  error: z.string(),
  code: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type ErrorBody = z.infer<typeof ErrorBody>
