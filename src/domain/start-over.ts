import type { Task } from './model.ts'

/** The tasks affected by starting one task over. */
export interface StartOver {
  /** The task and its unfinished dependencies: they begin again with all their tries. */
  readonly again: readonly Task[]
  /** Tasks that were skipped because of them: they may begin when those are done. */
  readonly freed: readonly Task[]
}

const broken: ReadonlySet<string> = new Set(['failed', 'skipped', 'cancelled'])

/** Whether a task has ended without being done, so that a person may start it over. */
export function canStartOver(task: Task): boolean {
  return broken.has(task.status)
}

/** Returns the tasks that begin again, or may, when a person starts `task` over. Pure. */
export function tasksToStartOver(tasks: readonly Task[], task: Task): StartOver {
  const again = new Set([task])
  for (const one of again) {
    for (const parent of tasks)
      if (one.dependsOn.includes(parent.id) && canStartOver(parent)) again.add(parent)
  }
  const affected = new Set(again)
  for (const one of affected) {
    for (const child of tasks)
      if (child.dependsOn.includes(one.id) && child.status === 'skipped') affected.add(child)
  }
  return { again: [...again], freed: [...affected].filter((one) => !again.has(one)) }
}
