import { z } from 'zod'
import { ApiError } from '../../../src/client/api-error.ts'
import type { Plan, PlannedTask } from '../../../src/contract/plan.ts'
import { entriesOf } from '../../forms/entries.ts'

/**
 * A task being edited: lists are text, one entry per line. `key` never changes, so that existing work can be matched to its
 * task.
 */
export interface DraftTask {
  readonly key: string
  readonly title: string
  readonly description: string
  readonly role: PlannedTask['role']
  readonly dependsOn: readonly string[]
  readonly acceptance: string
  readonly checks: string
}

export interface PlanDraft {
  readonly title: string
  readonly summary: string
  readonly tasks: readonly DraftTask[]
  readonly checks: string
}

/** Returns the key under which the edits of a proposal are stored until they are saved or discarded. */
export function draftKey(jobId: string, version: number): string {
  return `plan.${jobId}.${version}`
}

/** Parses stored edits; null when they are invalid. */
export function keptDraft(kept: unknown): PlanDraft | null {
  const found = KeptDraft.safeParse(kept)
  return found.success ? found.data : null
}

const KeptDraft = z.object({
  title: z.string(),
  summary: z.string(),
  checks: z.string(),
  tasks: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      description: z.string(),
      role: z.enum(['developer', 'tester']),
      dependsOn: z.array(z.string()),
      acceptance: z.string(),
      checks: z.string(),
    }),
  ),
})

export function toDraft(plan: Plan): PlanDraft {
  return {
    title: plan.title,
    summary: plan.summary,
    checks: plan.checks.join('\n'),
    tasks: plan.tasks.map((task) => ({
      key: task.key,
      title: task.title,
      description: task.description,
      role: task.role,
      dependsOn: task.depends_on,
      acceptance: task.acceptance.join('\n'),
      checks: task.checks.join('\n'),
    })),
  }
}

export function fromDraft(draft: PlanDraft): Plan {
  return {
    title: draft.title,
    summary: draft.summary,
    checks: entriesOf(draft.checks),
    tasks: draft.tasks.map((task) => ({
      key: task.key,
      title: task.title,
      description: task.description,
      role: task.role,
      depends_on: [...task.dependsOn],
      acceptance: entriesOf(task.acceptance),
      checks: entriesOf(task.checks),
    })),
  }
}

export function changeTask(draft: PlanDraft, key: string, change: Partial<DraftTask>): PlanDraft {
  return { ...draft, tasks: draft.tasks.map((task) => (task.key === key ? { ...task, ...change } : task)) }
}

/** Moves a task by `by` places; does nothing at the ends. */
export function moveTask(draft: PlanDraft, key: string, by: -1 | 1): PlanDraft {
  const from = draft.tasks.findIndex((task) => task.key === key)
  const to = from + by
  const moved = draft.tasks[from]
  const other = draft.tasks[to]
  if (moved === undefined || other === undefined) return draft
  const tasks = [...draft.tasks]
  tasks[to] = moved
  tasks[from] = other
  return { ...draft, tasks }
}

/** Removes a task, also from the dependencies of others. */
export function removeTask(draft: PlanDraft, key: string): PlanDraft {
  return {
    ...draft,
    tasks: draft.tasks
      .filter((task) => task.key !== key)
      .map((task) => ({ ...task, dependsOn: task.dependsOn.filter((other) => other !== key) })),
  }
}

/** Adds an empty task at the end, with an unused key. */
export function addTask(draft: PlanDraft): PlanDraft {
  const taken = new Set(draft.tasks.map((task) => task.key))
  let number = draft.tasks.length + 1
  while (taken.has(`task-${number}`)) number += 1
  const task: DraftTask = {
    key: `task-${number}`,
    title: '',
    description: '',
    role: 'developer',
    dependsOn: [],
    acceptance: '',
    checks: '',
  }
  return { ...draft, tasks: [...draft.tasks, task] }
}

/** The problems of a plan, each assigned to a task or to the whole plan. */
export interface PlanProblems {
  readonly whole: readonly string[]
  readonly byKey: ReadonlyMap<string, readonly string[]>
}

/** Returns the problems that can be found before anything is sent. */
export function problemsOf(draft: PlanDraft): PlanProblems {
  const byKey = new Map<string, string[]>()
  for (const task of draft.tasks) {
    const wrong = [
      ...(task.title.trim() === '' ? ['Give the task a title.'] : []),
      ...(task.description.trim() === '' ? ['Say what is to be done.'] : []),
    ]
    if (wrong.length > 0) byKey.set(task.key, wrong)
  }
  return { whole: draft.tasks.length === 0 ? ['Keep at least one task.'] : [], byKey }
}

/** Returns the server's issues, assigned by their path (`plan.tasks.2.depends_on`). */
export function refusedParts(draft: PlanDraft, error: Error | null): PlanProblems {
  const whole: string[] = []
  const byKey = new Map<string, string[]>()
  if (error === null) return { whole, byKey }
  const issues = error instanceof ApiError ? error.issues : []
  if (issues.length === 0) whole.push(error.message)
  for (const { path, message } of issues) {
    const index = /(?:^|\.)tasks\.(\d+)/.exec(path)?.[1]
    const key = index === undefined ? undefined : draft.tasks[Number(index)]?.key
    if (key === undefined) whole.push(message)
    else byKey.set(key, [...(byKey.get(key) ?? []), message])
  }
  return { whole, byKey }
}
