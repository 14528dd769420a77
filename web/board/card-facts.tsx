import { CornerDownRight, Eye, ListChecks, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TaskView } from '../../src/contract/job.ts'
import { cx } from '../ui/cx.ts'
import { Elapsed } from '../ui/text/since.tsx'
import { costText, tokensDetail, tokensText } from '../words/usage.ts'

/** The numbers on a card; irrelevant ones are left out. */
export function CardFacts({
  task,
  dependencies,
}: {
  readonly task: TaskView
  readonly dependencies: readonly string[]
}) {
  const checks = task.check_summary
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted tabular-nums empty:hidden">
      {task.status === 'review' && task.reviewer !== null && (
        <Fact icon={<Eye aria-hidden />} className="text-review">
          {task.reviewer} reviews
        </Fact>
      )}
      {task.attempts > 1 && <Fact icon={<RotateCcw aria-hidden />}>Attempt {task.attempts}</Fact>}
      {checks !== null && (
        <Fact icon={<ListChecks aria-hidden />} className={cx(checks.failed > 0 && 'text-failed')}>
          {checks.passed}/{checks.total} passed
        </Fact>
      )}
      {dependencies.length > 0 && <DependencyFact titles={dependencies} />}
      {task.started_at !== null && <Spent task={task} since={task.started_at} />}
    </div>
  )
}

/** The cost, or else the tokens, and the duration. */
function Spent({ task, since }: { readonly task: TaskView; readonly since: string }) {
  const used = costText(task.usage) ?? tokensText(task.usage)
  return (
    <span className="ml-auto flex gap-3">
      {used !== null && <span title={tokensDetail(task.usage)}>{used}</span>}
      <Elapsed from={since} until={task.completed_at} />
    </span>
  )
}

/** The number of dependencies, with their titles on hover or keyboard focus. */
function DependencyFact({ titles }: { readonly titles: readonly string[] }) {
  return (
    <span className="relative z-1 inline-flex items-center gap-1 [&_svg]:size-3.5 [&:hover>span]:block">
      <CornerDownRight aria-hidden />
      {titles.length}
      <span className="sr-only">: depends on</span>
      <span className="pointer-events-none absolute bottom-full left-0 z-10 mb-1 hidden w-56 rounded-md border border-line bg-raised px-2 py-1.5 font-normal text-ink shadow-menu group-has-[a:focus-visible]:block">
        <b className="block font-medium text-muted">Depends on</b>
        {titles.join(', ')}
      </span>
    </span>
  )
}

function Fact({
  icon,
  className,
  children,
}: {
  readonly icon: ReactNode
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <span className={cx('inline-flex items-center gap-1 [&_svg]:size-3.5', className)}>
      {icon}
      {children}
    </span>
  )
}
