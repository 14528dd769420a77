import type { Task } from './model.ts'

/** What starting one task over brings with it. */
export interface StartOver {
  /** The task and whatever it needs that did not finish: they begin again with all their tries. */
  readonly again: readonly Task[]
  /** What had been skipped because of them: it may begin when they are done. */
  readonly freed: readonly Task[]
}

const broken: ReadonlySet<string> = new Set(['failed', 'skipped', 'cancelled'])

/** Whether a task has ended without being done, so that a person may start it over. */
export function canStartOver(task: Task): boolean {
  return broken.has(task.status)
}

/** The tasks that begin again, or may, when a person starts `task` over. Pure. */
export function tasksToStartOver(tasks: readonly Task[], task: Task): StartOver {
  const again = new Set([task])
  for (const one of again) {
    for (const parent of tasks)
      if (one.dependsOn.includes(parent.id) && canStartOver(parent)) again.add(parent)
  }
  const reached = new Set(again)
  for (const one of reached) {
    for (const child of tasks)
      if (child.dependsOn.includes(one.id) && child.status === 'skipped') reached.add(child)
  }
  return { again: [...again], freed: [...reached].filter((one) => !again.has(one)) }
}
