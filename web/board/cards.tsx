import { getRouteApi } from '@tanstack/react-router'
import { useMemo, useState, type ReactNode } from 'react'
import type { JobView, TaskView } from '../../src/contract/job.ts'
import { BoardColumn } from './board-column.tsx'
import { CardMotion } from './card-motion.tsx'
import { Card } from './card.tsx'
import { columnsOf, dependenciesOf, type Column, type ColumnName } from './columns.ts'
import { CurrentCheck } from './current-check.tsx'
import { virtualFrom } from './load-board.ts'
import { Segments } from './segments.tsx'
import { useCardFocus } from './use-card-focus.ts'

const route = getRouteApi('/app/jobs/$id')

/** The columns with their cards, with animation and keyboard navigation. */
export function Cards({
  jobId,
  job,
  tasks,
}: {
  readonly jobId: string
  readonly job: JobView | undefined
  readonly tasks: readonly TaskView[]
}) {
  const { task: openTask } = route.useSearch()
  const columns = useMemo(() => columnsOf(tasks, job), [tasks, job])
  const dependencies = useMemo(() => dependenciesOf(tasks), [tasks])
  const placement = useMemo(() => placementOf(columns), [columns])
  const [chosen, setChosen] = useState<ColumnName | null>(null)
  const shown = chosenColumn(columns, chosen)
  const navigate = route.useNavigate()
  const focus = useCardFocus(
    columns,
    openTask,
    (id) => setChosen(columnHolding(columns, id)),
    (task) => void navigate({ search: { task }, resetScroll: false }),
  )
  const isVirtual = tasks.length >= virtualFrom
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Segments columns={columns} chosen={shown} onChoose={setChosen} />
      <CardMotion
        placement={placement}
        isVirtual={isVirtual}
        className="flex min-h-0 flex-1 gap-3 p-4 max-md:pt-3"
      >
        {columns.map((column) => (
          <BoardColumn
            key={column.name}
            column={column}
            isVirtual={isVirtual}
            isChosen={column.name === shown}
            focusAt={column.tasks.findIndex((task) => task.task_id === focus.target)}
            currentAt={column.tasks.findIndex((task) => task.task_id === focus.current)}
            note={noteOf(column, job)}
          >
            {(task) => (
              <Card
                jobId={jobId}
                task={task}
                dependencies={dependencies.get(task.task_id)}
                isOpen={task.task_id === openTask}
                isTabStop={task.task_id === tabStop(column, focus.current)}
                wantsFocus={task.task_id === focus.target}
                handlers={focus.handlers}
              />
            )}
          </BoardColumn>
        ))}
      </CardMotion>
    </div>
  )
}

/** The note of the column in progress while only the server works: its current check. */
function noteOf({ name }: Column, job: JobView | undefined): ReactNode {
  const checking = job?.checking ?? null
  return name === 'progress' && checking !== null ? <CurrentCheck checking={checking} /> : undefined
}

/** Returns the tab stop of a column: the card that last had the focus, or the first. */
function tabStop(column: Column, current: string | undefined): string | undefined {
  const own = current === undefined ? undefined : column.ids.has(current)
  return own === true ? current : column.tasks[0]?.task_id
}

/** Returns the positions of all cards as a string, for comparison. */
function placementOf(columns: readonly Column[]): string {
  return columns.map(({ name, tasks }) => `${name}:${tasks.map((task) => task.task_id).join()}`).join(';')
}

/** Returns the column for a narrow screen: the chosen one, or else the one with activity. */
function chosenColumn(columns: readonly Column[], chosen: ColumnName | null): ColumnName {
  if (chosen !== null && columns.some((column) => column.name === chosen)) return chosen
  const order: readonly ColumnName[] = ['progress', 'review', 'failed', 'todo', 'done', 'dropped']
  return (
    order.find((name) => columns.some((column) => column.name === name && column.tasks.length > 0)) ?? 'todo'
  )
}

function columnHolding(columns: readonly Column[], id: string): ColumnName | null {
  return columns.find((column) => column.ids.has(id))?.name ?? null
}
