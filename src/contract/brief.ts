import { z } from 'zod'
import { PermissionPolicy } from './permission.ts'
import { CheckCommand } from './plan.ts'
import { Mode, Role } from './words.ts'

/** The reason why earlier work on the task was sent back. `log` is evidence: the output of a check, a reviewer's findings. */
export const BriefFeedback = z.object({
  kind: z.enum(['check', 'review', 'conflict', 'interrupted', 'note']),
  summary: z.string(),
  log: z.string().optional(),
})
export type BriefFeedback = z.infer<typeof BriefFeedback>

/** The text that introduces a person's message in a prompt, when it was sent while the agent worked. */
export const MESSAGE_OPENING = 'A person who watches your work says:'

/** The workspace directory for briefs and reports, unless the repository itself has an entry of that name. */
export const usualReportsDir = '.slipway'

/**
 * The contents of `.slipway/task.json`, which the server writes before a session: everything about an attempt, for agents
 * and tools that read data rather than prose. The prompt contains the same information. `base_commit` is the workspace's
 * initial commit; for a reviewer that is the commit under review, and `task` is the task it belongs to. Unknown fields are
 * for newer readers.
 */
export const TaskBrief = z.object({
  slipway: z.literal(1),
  role: Role,
  mode: Mode,
  /** The job's policy; with `ask` a person answers the agent's questions too. */
  permissions: PermissionPolicy,
  vision: z.string(),
  task: z.object({
    id: z.string(),
    key: z.string(),
    title: z.string(),
    description: z.string(),
    acceptance: z.array(z.string()),
    checks: z.array(CheckCommand),
  }),
  /** Counts from 1 within the task. */
  attempt: z.int().min(1),
  feedback: z.array(BriefFeedback),
  base_commit: z.string(),
})
export type TaskBrief = z.infer<typeof TaskBrief>

/** The contents of `.slipway/checks.json`, which an agent that works alone may write: the commands that prove its work. */
export const LeftChecks = z.strictObject({ checks: z.array(CheckCommand).max(20) })
export type LeftChecks = z.infer<typeof LeftChecks>
