import { z } from 'zod'
import { PermissionPolicy } from './permission.ts'
import { CheckCommand } from './plan.ts'
import { Mode, Role } from './words.ts'

/** Why earlier work on the task came back. `log` is evidence: the output of a check, a reviewer's findings. */
export const BriefFeedback = z.object({
  kind: z.enum(['check', 'review', 'conflict', 'interrupted', 'note']),
  summary: z.string(),
  log: z.string().optional(),
})
export type BriefFeedback = z.infer<typeof BriefFeedback>

/** With these words a session is told what a person said to its agent while it worked. */
export const MESSAGE_OPENING = 'A person who watches your work says:'

/** The directory of a workspace for briefs and reports, unless the repository itself has something of that name. */
export const usualReportsDir = '.slipway'

/**
 * What the server leaves in `.slipway/task.json` before a session: everything an attempt is about, for agents and
 * tools that read data rather than words. The prompt says the same. `base_commit` is what the workspace holds at the
 * beginning; for a reviewer that is the commit under review, and `task` the task it belongs
 * to. Unknown fields are for newer readers.
 */
export const TaskBrief = z.object({
  slipway: z.literal(1),
  role: Role,
  mode: Mode,
  /** The job's; with `ask` a person answers the agent's questions too. */
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

/** What an agent that works alone may leave in `.slipway/checks.json`: the commands that prove its work. */
export const LeftChecks = z.strictObject({ checks: z.array(CheckCommand).max(20) })
export type LeftChecks = z.infer<typeof LeftChecks>
