import { z } from 'zod'
import { Role } from './words.ts'

/** A command that must exit 0 on a clean checkout. It is run by `sh -c` inside the sandbox. */
export const CheckCommand = z.string().trim().min(1).max(2000)

/** One task of a plan; `key` is local to the plan and is what `depends_on` names. */
export const PlannedTask = z.strictObject({
  key: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().min(1).max(20_000),
  role: Role.extract(['developer', 'tester']).default('developer'),
  depends_on: z.array(z.string()).max(50).default([]),
  acceptance: z.array(z.string().trim().min(1).max(1000)).max(30).default([]),
  checks: z.array(CheckCommand).max(10).default([]),
})
export type PlannedTask = z.infer<typeof PlannedTask>

/**
 * What a planner leaves in `.slipway/plan.json`. Keys are unique, dependencies name tasks of the plan
 * and form no cycle; each breach is reported as an issue that names the task.
 */
export const Plan = z
  .strictObject({
    title: z.string().trim().min(1).max(120),
    summary: z.string().trim().max(5000).default(''),
    tasks: z.array(PlannedTask).min(1).max(200),
    checks: z.array(CheckCommand).max(20).default([]),
  })
  .superRefine((plan, ctx) => {
    for (const problem of planProblems(plan.tasks)) {
      ctx.addIssue({ code: 'custom', path: ['tasks'], message: problem })
    }
  })
export type Plan = z.infer<typeof Plan>

/** The ways in which a task graph is broken, each as a sentence; empty when it is sound. */
function planProblems(tasks: readonly PlannedTask[]): string[] {
  const problems: string[] = []
  const byKey = new Map<string, PlannedTask>()
  for (const task of tasks) {
    if (byKey.has(task.key)) problems.push(`two tasks have the key "${task.key}"`)
    byKey.set(task.key, task)
  }
  for (const task of tasks) {
    for (const key of task.depends_on) {
      if (!byKey.has(key)) problems.push(`task "${task.key}" depends on "${key}", which is not in the plan`)
    }
  }
  const state = new Map<string, 'open' | 'done'>()
  const visit = (key: string): void => {
    if (state.get(key) === 'done') return
    if (state.get(key) === 'open') {
      problems.push(`task "${key}" depends on itself through its dependencies`)
      return
    }
    state.set(key, 'open')
    for (const next of byKey.get(key)?.depends_on ?? []) visit(next)
    state.set(key, 'done')
  }
  for (const key of byKey.keys()) visit(key)
  return problems
}

/** What a reviewer leaves in `.slipway/review.json`. */
export const Review = z.strictObject({
  verdict: z.enum(['pass', 'fail']),
  summary: z.string().trim().min(1).max(5000),
  findings: z.array(z.string().trim().min(1).max(2000)).max(50).default([]),
})
export type Review = z.infer<typeof Review>
