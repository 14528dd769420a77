import type { TaskView } from '../contract/job.ts'

/** Formats the tasks of a job as lines: an agent reads them faster than JSON, and a shell prints them as they are. */
export function formatTasks(tasks: readonly TaskView[], own: string): string {
  const keys = new Map(tasks.map((task) => [task.task_id, task.key]))
  return tasks.map((task) => `- ${formatTask(task, own, keys)}`).join('\n')
}

function formatTask(task: TaskView, own: string, keys: ReadonlyMap<string, string>): string {
  const isOwn = task.task_id === own
  const needs = task.depends_on.map((id) => keys.get(id) ?? id)
  const parts = [
    `${task.key}${isOwn ? ' (yours)' : ''}: ${task.title} [${task.status}] ${task.agent}, ${task.role.replace('_', ' ')}`,
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
    ...(isOwn || task.activity === null ? [] : [`now: ${task.activity}`]),
    ...(task.error === null ? [] : [task.error]),
  ]
  return parts.join('; ').replaceAll(/\s+/g, ' ')
}
