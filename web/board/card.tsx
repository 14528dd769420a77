import { memo, useEffect, useRef } from 'react'
import type { TaskView } from '../../src/contract/job.ts'
import { Avatar } from '../parts/avatar.tsx'
import { cx } from '../ui/cx.ts'
import { statuses } from '../words/status.ts'
import { CardFacts } from './card-facts.tsx'
import type { Dependencies } from './columns.ts'
import { CurrentCheck } from './current-check.tsx'
import { TaskIcon, TaskWait } from './task-wait.tsx'
import type { CardHandlers } from './use-card-focus.ts'

interface CardProps {
  readonly jobId: string
  readonly task: TaskView
  readonly dependencies: Dependencies | undefined
  /** Whether its details are open beside the board. */
  readonly isOpen: boolean
  /** Whether Tab stops at this card: one card of each column. */
  readonly isTabStop: boolean
  /** Whether the card should be focused now. */
  readonly wantsFocus: boolean
  readonly handlers: CardHandlers
}

/**
 * One task. The whole card is a link that opens its details. A plain link handled by the board, because each of the router's
 * own links subscribes to the location, which a card does not need.
 */
export const Card = memo(function Card({
  jobId,
  task,
  dependencies,
  isOpen,
  isTabStop,
  wantsFocus,
  handlers,
}: CardProps) {
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    if (wantsFocus) return focusWhenShown(link.current)
  }, [wantsFocus])
  return (
    <article
      data-task={task.task_id}
      className={cx(
        'group relative flex flex-col gap-2 rounded-lg border bg-raised p-3 shadow-card transition-colors',
        'has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-focus',
        isOpen ? 'border-accent' : 'border-line hover:border-line-strong',
      )}
    >
      <div className="flex items-start gap-2">
        <TaskIcon task={task} className="mt-[3px]" />
        <h3 className="min-w-0 flex-1 text-sm font-medium text-pretty">
          <a
            ref={link}
            dir="auto"
            href={`/jobs/${jobId}?task=${task.task_id}`}
            tabIndex={isTabStop ? 0 : -1}
            title={task.title}
            {...handlers}
            className="line-clamp-3 wrap-anywhere outline-none after:absolute after:inset-0 after:rounded-lg"
          >
            {task.title}
          </a>
          <span className="sr-only">
            , {task.wait === null ? statuses[task.status].label.toLowerCase() : 'waiting'}
          </span>
        </h3>
      </div>
      <CardNews task={task} waitsFor={dependencies?.waitsFor ?? none} />
      <div className="flex items-center gap-1.5 text-xs text-muted">
        <Avatar name={task.agent} role={task.role} />
        <span className="min-w-0 truncate">
          {task.agent}
          <span className="text-faint"> · {task.backend}</span>
        </span>
      </div>
      <CardFacts task={task} dependencies={dependencies?.all ?? none} />
    </article>
  )
})

/**
 * Focuses a card once it is visible: a card new in a long column is hidden until it is measured, and a hidden one cannot be
 * focused.
 */
function focusWhenShown(link: HTMLElement | null): () => void {
  let frame = 0
  let framesLeft = 30
  const attempt = (): void => {
    link?.focus()
    framesLeft -= 1
    if (document.activeElement !== link && framesLeft > 0) frame = requestAnimationFrame(attempt)
  }
  attempt()
  return () => cancelAnimationFrame(frame)
}

const none: readonly string[] = []

/** The most important fact about the task: its activity, its wait, or its error. */
function CardNews({ task, waitsFor }: { readonly task: TaskView; readonly waitsFor: readonly string[] }) {
  if (task.status === 'failed' && task.error !== null) {
    return <p className="line-clamp-3 text-xs wrap-anywhere text-failed">{task.error}</p>
  }
  if (waitsFor.length > 0) {
    return (
      <p dir="auto" className="line-clamp-2 text-xs wrap-anywhere text-muted">
        Waits for {inWords(waitsFor)}
      </p>
    )
  }
  if (task.wait !== null) return <TaskWait wait={task.wait} />
  const isAtWork = task.status === 'running' || task.status === 'review'
  if (!isAtWork || (task.activity === null && task.checking === null)) return null
  return (
    <p
      className={cx(
        'line-clamp-2 border-l-2 pl-2 text-xs wrap-anywhere text-muted',
        task.status === 'review' ? 'border-review/50' : 'border-running/50',
      )}
    >
      {task.checking === null ? <bdi>{task.activity}</bdi> : <CurrentCheck checking={task.checking} />}
    </p>
  )
}

const named = 2

/** Lists the first few titles and counts the rest. */
function inWords(titles: readonly string[]): string {
  const shown = titles.slice(0, named).map((title) => `“${title}”`)
  const more = titles.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(' and ')
}
