import { z } from 'zod'
import { PlainText } from './plain-text.ts'

/**
 * The policy for answering the permission requests of a job's agents: a person is asked, everything is allowed inside the
 * sandbox, or everything is refused.
 */
export const PermissionPolicy = z.enum(['ask', 'sandbox', 'deny'])
export type PermissionPolicy = z.infer<typeof PermissionPolicy>

/** ACP's kinds of permission options. */
export const PermissionKind = z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always'])
export type PermissionKind = z.infer<typeof PermissionKind>

/** The outcome of a request: it was allowed or refused, it expired unanswered, or its session ended first (`withdrawn`). */
export const PermissionOutcome = z.enum(['allowed', 'refused', 'expired', 'withdrawn'])
export type PermissionOutcome = z.infer<typeof PermissionOutcome>

/** A permission request that an agent makes before it acts: the agent, the action, the possible answers and the deadline. */
export const PermissionView = z.object({
  id: z.uuid(),
  task_id: z.uuid(),
  attempt_id: z.uuid(),
  agent: z.string(),
  title: z.string(),
  /** ACP's kind of the tool: `edit`, `execute` and others; null when the agent did not send one. */
  kind: z.string().nullable(),
  input: z.unknown(),
  options: z.array(z.object({ id: z.string(), name: z.string(), kind: PermissionKind })),
  asked_at: z.string(),
  deadline: z.string(),
  /** Null while it is open. */
  outcome: PermissionOutcome.nullable(),
  option_id: z.string().nullable(),
  actor: z.string().nullable(),
  answered_at: z.string().nullable(),
})
export type PermissionView = z.infer<typeof PermissionView>
export const PermissionList = z.object({ permissions: z.array(PermissionView) })

/** A person's answer: one of the options, or null to refuse without any of them. */
export const PermissionAnswer = z.strictObject({ option: PlainText.max(500).nullable() })
export type PermissionAnswer = z.infer<typeof PermissionAnswer>
