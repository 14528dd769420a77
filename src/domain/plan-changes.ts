import type { Plan, PlannedTask } from '../contract/plan.ts'

/** Describes the changes of an edit to a plan in one sentence; null when it changed nothing. */
export function planChanges(before: Plan, after: Plan): string | null {
  const old = new Map(before.tasks.map((task) => [task.key, task]))
  const kept = after.tasks.flatMap((task) => old.get(task.key) ?? [])
  const added = after.tasks.filter((task) => !old.has(task.key))
  const removed = before.tasks.filter((task) => !after.tasks.some(({ key }) => key === task.key))
  const changed = after.tasks.filter((task) => {
    const earlier = old.get(task.key)
    return earlier !== undefined && !same(earlier, task)
  })
  const moved =
    kept.map((task) => task.key).join() !==
    before.tasks.flatMap((task) => (removed.includes(task) ? [] : task.key)).join()
  const parts = [
    ...named('added', added),
    ...named('removed', removed),
    ...named('changed', changed),
    ...(moved ? ['changed the order'] : []),
    ...(same(before.checks, after.checks) ? [] : ['changed the checks of the whole']),
    ...(before.title === after.title && before.summary === after.summary ? [] : ['changed the description']),
  ]
  return parts.length === 0 ? null : `A person edited the plan: ${parts.join('; ')}.`
}

const NAMED = 5

function named(label: string, tasks: readonly PlannedTask[]): string[] {
  if (tasks.length === 0) return []
  const titles = tasks.slice(0, NAMED).map((task) => `"${task.title}"`)
  const more = tasks.length > NAMED ? ` and ${tasks.length - NAMED} more` : ''
  return [`${label} ${titles.join(', ')}${more}`]
}

/** Compares two values of one schema, which puts their fields into the same order. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
