import { z } from 'zod'
import { PersonText } from './person.ts'
import { PlainText } from './plain-text.ts'
import { Role } from './words.ts'

/** A command that must exit 0 on a clean checkout. It is run with `sh -c` inside the sandbox. */
export const CheckCommand = PlainText.trim().min(1).max(2000)

/** One task of a plan; `key` is local to the plan and is what `depends_on` names. */
export const PlannedTask = z.strictObject({
  key: PlainText.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  title: PlainText.trim().min(1).max(200),
  description: PlainText.trim().min(1).max(20_000),
  role: Role.extract(['developer', 'tester']).default('developer'),
  depends_on: z.array(PlainText).max(50).default([]),
  acceptance: z.array(PlainText.trim().min(1).max(1000)).max(30).default([]),
  checks: z.array(CheckCommand).max(10).default([]),
})
export type PlannedTask = z.infer<typeof PlannedTask>

/**
 * The contents of `.slipway/plan.json`, which a planner writes. Keys are unique, dependencies name tasks of the plan and
 * form no cycle; each violation is reported as an issue that names the task.
 */
export const Plan = z
  .strictObject({
    title: PlainText.trim().min(1).max(120),
    summary: PlainText.trim().max(5000).default(''),
    tasks: z.array(PlannedTask).min(1, 'the plan has no task: keep at least one').max(1000),
    checks: z.array(CheckCommand).max(20).default([]),
  })
  .superRefine((plan, ctx) => {
    for (const problem of planProblems(plan.tasks)) {
      ctx.addIssue({ code: 'custom', path: ['tasks', ...problem.at], message: problem.message })
    }
  })
export type Plan = z.infer<typeof Plan>

interface PlanProblem {
  /** The path below `tasks`. */
  readonly at: readonly (string | number)[]
  readonly message: string
}

/** Returns the problems of a task graph, each with a sentence that names the task; empty when the graph is valid. */
function planProblems(tasks: readonly PlannedTask[]): PlanProblem[] {
  const problems: PlanProblem[] = []
  const byKey = new Map<string, PlannedTask>()
  for (const [index, task] of tasks.entries()) {
    if (byKey.has(task.key))
      problems.push({ at: [index, 'key'], message: `two tasks have the key "${task.key}"` })
    byKey.set(task.key, task)
  }
  for (const [index, task] of tasks.entries()) {
    for (const key of task.depends_on) {
      const message = `task "${task.key}" depends on "${key}", which is not in the plan`
      if (!byKey.has(key)) problems.push({ at: [index, 'depends_on'], message })
    }
  }
  const state = new Map<string, 'open' | 'done'>()
  const visit = (key: string): void => {
    if (state.get(key) === 'done') return
    if (state.get(key) === 'open') {
      const index = tasks.findIndex((task) => task.key === key)
      const message = `task "${key}" depends on itself through its dependencies`
      problems.push({ at: [index, 'depends_on'], message })
      return
    }
    state.set(key, 'open')
    for (const next of byKey.get(key)?.depends_on ?? []) visit(next)
    state.set(key, 'done')
  }
  for (const key of byKey.keys()) visit(key)
  return problems
}

/** The contents of `.slipway/review.json`, which a reviewer writes. */
export const Review = z.strictObject({
  verdict: z.enum(['pass', 'fail']),
  summary: z.string().trim().min(1).max(5000),
  findings: z.array(z.string().trim().min(1).max(2000)).max(50).default([]),
})
export type Review = z.infer<typeof Review>

/**
 * `GET /api/jobs/{id}/plan`. `version` counts proposals and edits of the job's plan; `notes` are the reasons for which
 * a person has sent plans back, oldest first.
 */
export const PlanView = z.object({
  state: z.enum(['none', 'proposed', 'adopted']),
  version: z.int(),
  plan: Plan.nullable(),
  notes: z.array(z.object({ at: z.string(), note: z.string() })),
})
export type PlanView = z.infer<typeof PlanView>

/** `PUT /api/jobs/{id}/plan`: the complete edited plan; `version` is the version that was edited. */
export const PlanEdit = z.strictObject({ version: z.int(), plan: Plan })
export type PlanEdit = z.infer<typeof PlanEdit>

/** `POST /api/jobs/{id}/approve`: with a version, approves exactly that one or fails. */
export const PlanApproval = z.strictObject({ version: z.int().optional() })
export type PlanApproval = z.infer<typeof PlanApproval>

/** `POST /api/jobs/{id}/reject`. */
export const PlanRejection = z.strictObject({ note: PersonText })
export type PlanRejection = z.infer<typeof PlanRejection>
