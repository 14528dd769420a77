import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { useEffect, useId, useRef, type KeyboardEvent } from 'react'
import type { TaskView } from '../../../src/contract/job.ts'
import { queries } from '../../api/queries.ts'
import { StatusPill } from '../../parts/status-pill.tsx'
import { Failure } from '../../ui/callout.tsx'
import { IconButton } from '../../ui/controls/button.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { TaskDetails } from './task-details.tsx'

/**
 * One task in full, non-modal beside the board: the board stays usable and another card can be chosen. Escape closes it, and
 * the focus returns to the card.
 */
export function TaskPanel({ jobId, taskId }: { readonly jobId: string; readonly taskId: string }) {
  const { data: tasks, error } = useQuery(queries.tasks(jobId))
  const task = tasks?.find((candidate) => candidate.task_id === taskId)
  const navigate = useNavigate()
  const close = (): void => {
    void navigate({
      to: '.',
      search: (now: object) => ({ ...now, task: undefined }),
      resetScroll: false,
    })
    document.querySelector<HTMLElement>(`[data-task="${taskId}"] a`)?.focus()
  }
  return (
    <PanelFrame key={taskId} task={task} onClose={close}>
      {task !== undefined && tasks !== undefined && <TaskDetails jobId={jobId} task={task} tasks={tasks} />}
      {tasks === undefined && error === null && <SkeletonRows />}
      {tasks === undefined && error !== null && <Failure error={error} />}
      {tasks !== undefined && task === undefined && (
        <p className="p-4 text-muted">This job has no such task. The plan may have changed.</p>
      )}
    </PanelFrame>
  )
}

function PanelFrame({
  task,
  onClose,
  children,
}: {
  readonly task: TaskView | undefined
  readonly onClose: () => void
  readonly children: React.ReactNode
}) {
  const panel = useRef<HTMLElement>(null)
  const titleId = useId()
  useEffect(() => panel.current?.focus(), [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    onClose()
  }
  return (
    // Escape is handled here for whatever inside has the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={panel}
      role="dialog"
      aria-labelledby={titleId}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="absolute inset-y-0 right-0 z-20 flex w-full max-w-130 animate-appear flex-col border-l border-line bg-surface shadow-menu outline-none"
    >
      <header className="flex shrink-0 items-start gap-3 border-b border-line py-3 pr-3 pl-5">
        <h2
          id={titleId}
          dir="auto"
          className="min-w-0 flex-1 pt-1 text-base font-semibold text-pretty wrap-anywhere"
        >
          {task?.title ?? 'Task'}
        </h2>
        <span className="flex h-8 items-center">
          {task !== undefined && <StatusPill status={task.status} />}
        </span>
        <IconButton label="Close the details" onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
    </section>
  )
}
