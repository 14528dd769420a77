import type { Column } from './columns.ts'

const rowSteps: Readonly<Record<string, (row: number, last: number) => number>> = {
  ArrowDown: (row) => row + 1,
  ArrowUp: (row) => row - 1,
  Home: () => 0,
  End: (_row, last) => last,
}

/** Returns the id of the card that a key moves to, or null. Left and right skip empty columns. */
export function cardAfterKey(key: string, columns: readonly Column[], from: string): string | null {
  const at = columns.findIndex((column) => column.ids.has(from))
  const tasks = columns[at]?.tasks ?? []
  const row = tasks.findIndex((task) => task.task_id === from)
  const step = rowSteps[key]
  if (step !== undefined) return tasks[step(row, tasks.length - 1)]?.task_id ?? null
  if (key === 'ArrowRight') return inRow(columns.slice(at + 1), row)
  return key === 'ArrowLeft' ? inRow(columns.slice(0, Math.max(at, 0)).toReversed(), row) : null
}

function inRow(columns: readonly Column[], row: number): string | null {
  const tasks = columns.find((column) => column.tasks.length > 0)?.tasks
  return tasks?.[Math.min(row, tasks.length - 1)]?.task_id ?? null
}
