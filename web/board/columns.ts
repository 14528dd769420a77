import type { JobView, TaskView } from '../../src/contract/job.ts'
import type { TaskStatus } from '../../src/contract/words.ts'

export type ColumnName = 'todo' | 'progress' | 'review' | 'done' | 'failed' | 'dropped'

export interface Column {
  readonly name: ColumnName
  readonly title: string
  /** Shown when there is no card. */
  readonly empty: string
  readonly tasks: readonly TaskView[]
  readonly ids: ReadonlySet<string>
}

const columns = [
  { name: 'todo', title: 'To do', empty: 'Nothing left to begin.' },
  { name: 'progress', title: 'In progress', empty: 'No task is in progress.' },
  { name: 'review', title: 'Review', empty: 'Nothing is under review.' },
  { name: 'done', title: 'Done', empty: 'Nothing is done yet.' },
  { name: 'failed', title: 'Failed', empty: '' },
  { name: 'dropped', title: 'Not done', empty: '' },
] as const

const columnOf: Readonly<Record<TaskStatus, ColumnName>> = {
  pending: 'todo',
  ready: 'todo',
  running: 'progress',
  review: 'review',
  completed: 'done',
  skipped: 'dropped',
  cancelled: 'dropped',
  failed: 'failed',
}

/**
 * Returns the board's columns from left to right. Cards are in the order of the plan, except for done ones: there the latest
 * is first. The columns of failed and of cancelled or skipped tasks exist only when there are any.
 */
export function columnsOf(tasks: readonly TaskView[], job?: JobState): readonly Column[] {
  return columns
    .map((column) => {
      const own = tasks.filter((task) => columnOf[task.status] === column.name)
      const sorted = own.toSorted(
        column.name === 'done' || column.name === 'dropped' ? byEnd : (a, b) => a.position - b.position,
      )
      const empty = emptyWords(column, job)
      return { ...column, empty, tasks: sorted, ids: new Set(own.map((task) => task.task_id)) }
    })
    .filter(({ name, tasks: own }) => (name !== 'failed' && name !== 'dropped') || own.length > 0)
}

type JobState = Pick<JobView, 'current_phase' | 'status' | 'wait'>

/**
 * Explains an empty column: without a plan it is not known what is left to start, and in a failed or cancelled job nothing
 * will start.
 */
function emptyWords({ name, empty }: (typeof columns)[number], job: JobState | undefined): string {
  if (job === undefined) return empty
  if (name === 'todo') return nothingToDo(job) ?? empty
  if (name === 'progress' && job.current_phase === 'proving')
    return 'No task is in progress: the server proves the whole.'
  return empty
}

function nothingToDo({ status, wait, current_phase }: JobState): string | null {
  if (status === 'cancelled' || status === 'failed') return 'Nothing waits to begin.'
  if (wait?.for === 'approval') return 'The plan waits for your approval.'
  return current_phase === 'planning' || current_phase === 'queued' ? 'The plan is being written.' : null
}

function byEnd(a: TaskView, b: TaskView): number {
  const ends = (b.completed_at ?? '').localeCompare(a.completed_at ?? '')
  return ends === 0 ? b.position - a.position : ends
}

/** The dependencies of a card, by the titles of the tasks. */
export interface Dependencies {
  /** The unfinished dependencies that block the task. */
  readonly waitsFor: readonly string[]
  readonly all: readonly string[]
}

/** Returns the dependencies of every task, keyed by its id. */
export function dependenciesOf(tasks: readonly TaskView[]): ReadonlyMap<string, Dependencies> {
  const byId = new Map(tasks.map((task) => [task.task_id, task]))
  return new Map(
    tasks.map((task) => {
      const all = task.depends_on.flatMap((id) => byId.get(id) ?? [])
      const open = task.status === 'pending' ? all.filter((other) => other.status !== 'completed') : []
      return [
        task.task_id,
        { all: all.map((other) => other.title), waitsFor: open.map((other) => other.title) },
      ]
    }),
  )
}
