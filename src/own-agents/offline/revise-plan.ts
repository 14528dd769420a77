import type { TaskBrief } from '../../contract/brief.ts'
import { Plan, type PlannedTask } from '../../contract/plan.ts'
import type { Project } from './blueprint.ts'
import { taskNoteCheck } from './task-note.ts'
import { slugOf } from './wording.ts'

/**
 * The revision of a plan that a person sent back, made by plain rules: "add a task to ..." and "drop ..." are carried out,
 * sentence by sentence; the rest of the note is added to the summary, because the demo cannot understand it.
 */
export interface Revision {
  readonly plan: Plan
  /** Descriptions of the changes, for the person. */
  readonly done: readonly string[]
}

/** Returns the plan and the note it was sent back with; null when the attempt is not about such a plan. */
export function planSentBack(brief: TaskBrief): { plan: Plan; note: string } | null {
  for (const { kind, summary, log = '' } of brief.feedback) {
    if (kind !== 'note' || !log.startsWith('The plan that was sent back:')) continue
    const parsed = Plan.safeParse(JSON.parse(log.slice(log.indexOf('{'))))
    if (parsed.success) return { plan: parsed.data, note: summary }
  }
  return null
}

const ADD = /^(?:please )?(?:also )?add (?:a|an|another|one more) task (?:to|for|that|which|:) ?(.+)$/i
const DROP = /^(?:please )?(?:drop|remove|delete|leave out|skip) (?:the )?(?:task )?(.+)$/i
const SUMMARY_CHARS = 5000

export function revisePlan(project: Project, plan: Plan, note: string): Revision {
  let revised = plan
  const done: string[] = []
  for (const sentence of note.split(/[.;!\n]+/).map((text) => text.trim())) {
    const request = ADD.exec(sentence)?.[1]
    const unwanted = DROP.exec(sentence)?.[1]
    if (request !== undefined) {
      const task = newTask(revised, request)
      revised = { ...revised, tasks: [...revised.tasks, task] }
      done.push(`added "${task.title}"`)
    }
    const task = unwanted === undefined ? undefined : taskNamed(revised, unwanted)
    if (task !== undefined && revised.tasks.length > 1) {
      revised = without(project, revised, task)
      done.push(`dropped "${task.title}"`)
    }
  }
  const did = done.length === 0 ? 'the tasks are as they were' : done.join(', ')
  const remark = `A person sent this plan back and said: "${note}" No model was involved in the answer: ${did}.`
  return {
    done,
    plan: {
      ...revised,
      summary: `${remark}\n\n${plan.summary}`.slice(0, SUMMARY_CHARS).toWellFormed().trim(),
    },
  }
}

function newTask(plan: Plan, request: string): PlannedTask {
  const title = request.replaceAll(/\s+/g, ' ').slice(0, 150).toWellFormed().trim()
  const wish = slugOf(title) ?? 'wish'
  const taken = (key: string): boolean => plan.tasks.some((task) => task.key === key)
  let key = wish
  for (let number = 2; taken(key); number += 1) key = `${wish}-${number}`
  return {
    key,
    title: `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`,
    description: `A person requested this when the plan was rejected: ${title}`,
    role: 'developer',
    depends_on: plan.tasks.slice(0, 1).map((task) => task.key),
    acceptance: [],
    checks: [taskNoteCheck(key)],
  }
}

/** Returns the task named by a person: by its key, else by the words of its title. */
function taskNamed(plan: Plan, title: string): PlannedTask | undefined {
  const name = title
    .toLowerCase()
    .replaceAll(/["'“”]| task$/g, '')
    .trim()
  return (
    plan.tasks.find((task) => task.key === name) ??
    plan.tasks.find((task) => task.title.toLowerCase() === name) ??
    plan.tasks.find((task) => name.length > 3 && task.title.toLowerCase().includes(name))
  )
}

/** Removes a task: its dependents inherit its dependencies, and checks of the whole job that use its files are removed. */
function without(project: Project, plan: Plan, gone: PlannedTask): Plan {
  const files = project.tasks.find((task) => task.key === gone.key)?.files.map((file) => file.path) ?? []
  return {
    ...plan,
    tasks: plan.tasks
      .filter((task) => task.key !== gone.key)
      .map((task) => ({
        ...task,
        depends_on: [
          ...new Set(task.depends_on.flatMap((key) => (key === gone.key ? gone.depends_on : [key]))),
        ],
      })),
    checks: plan.checks.filter((check) => !files.some((file) => check.includes(file))),
  }
}
