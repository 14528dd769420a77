import { useEffect, useState, type ReactNode } from 'react'
import type { TaskView } from '../../src/contract/job.ts'
import { cx } from '../ui/cx.ts'
import { VirtualList, type VirtualListHandle } from '../ui/virtual-list.tsx'
import type { Column } from './columns.ts'

/** The assumed height of a card that is not rendered yet, including the gap below, in pixels. */
const usualHeight = 130

interface BoardColumnProps {
  readonly column: Column
  /** Whether the column renders only visible cards, for a long board. */
  readonly isVirtual: boolean
  /** Whether this is the column shown on a narrow screen. */
  readonly isChosen: boolean
  /** The index of the card to focus, or -1; it is scrolled into view. */
  readonly focusAt: number
  /** The index of the card that has or had the focus, or -1; it stays mounted even when scrolled out of view. */
  readonly currentAt: number
  /** Shown instead of the column's default text when it is empty. */
  readonly note: ReactNode
  readonly children: (task: TaskView) => ReactNode
}

/** One column: its name, the number of cards, and the cards. */
export function BoardColumn(props: BoardColumnProps) {
  const { column, isVirtual, isChosen, focusAt, currentAt, note, children } = props
  const look = 'min-h-0 flex-1 px-2 max-md:pt-2'
  return (
    <section
      aria-label={`${column.title}, ${column.tasks.length}`}
      data-column={column.name}
      className={cx(
        'flex min-h-0 min-w-0 flex-1 flex-col rounded-xl bg-sunken',
        !isChosen && 'max-md:hidden',
      )}
    >
      <h2 className="flex h-10 shrink-0 items-center gap-2 px-3.5 text-sm font-medium max-md:hidden">
        {column.title}
        <span className="text-xs font-normal text-faint tabular-nums">{column.tasks.length}</span>
      </h2>
      {column.tasks.length === 0 && (
        <p className="px-3.5 py-1 text-xs wrap-anywhere text-faint max-md:py-4">{note ?? column.empty}</p>
      )}
      {isVirtual ? (
        <LongList column={column} focusAt={focusAt} currentAt={currentAt} className={look}>
          {children}
        </LongList>
      ) : (
        <div className={cx(look, 'overflow-y-auto')}>
          {column.tasks.map((task) => (
            <div key={task.task_id} className="pb-2">
              {children(task)}
            </div>
          ))}
        </div>
      )}
    </section>
  )
}

function LongList({
  column,
  focusAt,
  currentAt,
  className,
  children,
}: Pick<BoardColumnProps, 'column' | 'focusAt' | 'currentAt' | 'children'> & { readonly className: string }) {
  const [list, setList] = useState<VirtualListHandle | null>(null)
  useEffect(() => {
    if (focusAt >= 0) list?.scrollToIndex(focusAt, { align: 'nearest' })
  }, [focusAt, list])
  return (
    <VirtualList
      handle={setList}
      items={column.tasks}
      role="group"
      label={`Cards, ${column.title}`}
      keyOf={(task) => task.task_id}
      usualHeight={usualHeight}
      keepMounted={[focusAt, currentAt].filter((index) => index >= 0)}
      className={className}
    >
      {(task) => <div className="pb-2">{children(task)}</div>}
    </VirtualList>
  )
}
