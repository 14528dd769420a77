import { Link } from '@tanstack/react-router'
import type { JobSummary } from '../../../src/contract/job.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { ProofBadge } from '../../parts/proof-badge.tsx'
import { StatusPill } from '../../parts/status-pill.tsx'
import { ListCheckbox } from '../../ui/controls/list-checkbox.tsx'
import { cx } from '../../ui/cx.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Ago, Elapsed } from '../../ui/text/since.tsx'
import { jobState } from '../../words/job-state.ts'
import { statuses } from '../../words/status.ts'
import { spent } from '../../words/usage.ts'
import { waitWords } from '../../words/wait.ts'

const row =
  'grid min-h-13 min-w-0 flex-1 items-center gap-x-4 py-2 pr-6 pl-2 max-md:pr-4 ' +
  'grid-cols-[6.5rem_minmax(0,1fr)_8.5rem_7.5rem_5.5rem_6rem] max-lg:grid-cols-[6.5rem_minmax(0,1fr)_8.5rem_5.5rem] ' +
  'max-sm:grid-cols-[minmax(0,1fr)_auto]'
const wide = 'max-lg:hidden'
const notOnPhones = 'max-sm:hidden'

const line = 'flex items-center border-b border-line pl-4 max-md:pl-2'

/** One job in one line, which can be selected; a second line only for its wait or its error. */
export function JobRow({
  job,
  isSelected,
  onSelect,
}: {
  readonly job: JobSummary
  readonly isSelected: boolean
  readonly onSelect: (isSelected: boolean) => void
}) {
  return (
    <li className={cx(line, isSelected ? 'bg-accent-soft/60' : 'hover:bg-hover')}>
      <ListCheckbox label={`Select ${job.title}`} checked={isSelected} onChange={onSelect} />
      <Link to="/jobs/$id" params={{ id: job.id }} className={cx(row, '-outline-offset-2')}>
        <span className={cx('flex', notOnPhones)}>
          <StatusPill status={jobState(job)} look="bare" />
        </span>
        <span className="min-w-0">
          <span dir="auto" className="line-clamp-2 font-medium wrap-anywhere sm:line-clamp-1">
            {job.title}
          </span>
          <Second job={job} />
        </span>
        <Phase job={job} />
        <Team job={job} />
        <span className={cx('text-right text-xs text-muted tabular-nums', wide)}>{spent(job.usage)}</span>
        <span className="flex flex-col items-end gap-0.5 text-xs text-muted">
          <span className="sm:hidden">
            <StatusPill status={jobState(job)} look="bare" />
          </span>
          <ProofBadge job={job} />
          <Ago at={job.created_at} />
        </span>
      </Link>
    </li>
  )
}

function Second({ job }: { readonly job: JobSummary }) {
  if (job.wait !== null)
    return (
      <span className="line-clamp-1 text-xs text-waiting">
        <bdi>{waitWords(job.wait).short}</bdi>, <Elapsed from={job.wait.since} />
      </span>
    )
  if (job.status === 'failed' && job.error !== null)
    return <span className="line-clamp-1 text-xs text-failed">{job.error}</span>
  return (
    <span className="line-clamp-1 text-xs text-muted">
      {job.mode === 'solo' ? `${job.backend}, solo` : job.backend}
    </span>
  )
}

function Phase({ job }: { readonly job: JobSummary }) {
  const isOver = job.completed_at !== null
  const { total, done } = job.tasks
  return (
    <span className={cx('flex flex-col gap-1.5 text-xs', notOnPhones)}>
      <span className="flex justify-between gap-2 text-muted">
        <span>
          {isOver && job.started_at !== null ? (
            <Elapsed from={job.started_at} until={job.completed_at} />
          ) : (
            phaseWord(job)
          )}
        </span>
        <span className="tabular-nums">{total > 0 && `${done} of ${total}`}</span>
      </span>
      <ProgressBar value={job.progress} label={`Progress of ${job.title}`} tone={statuses[job.status].tone} />
    </span>
  )
}

function phaseWord(job: JobSummary): string {
  const word = job.current_phase
  return word[0]?.toUpperCase() + word.slice(1)
}

const SHOWN = 4

function Team({ job }: { readonly job: JobSummary }) {
  const more = job.team.length - SHOWN
  return (
    <span className={cx('flex items-center gap-1', wide)}>
      {job.team.slice(0, SHOWN).map((agent) => (
        <Avatar key={agent.name} name={agent.name} role={agent.role} size={20} />
      ))}
      {more > 0 && <span className="pl-2 text-xs text-muted">+{more}</span>}
    </span>
  )
}

export function JobRowSkeletons() {
  return (
    <div role="status">
      <span className="sr-only">Loading</span>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className={line}>
          <span className="size-8 shrink-0" />
          <div className={row}>
            <Skeleton className={cx('h-4 w-20', notOnPhones)} />
            <Skeleton className={cx('h-4', ['w-3/5', 'w-2/5', 'w-1/2'][index % 3])} />
            <Skeleton className={cx('h-4', notOnPhones)} />
            <Skeleton className={cx('h-4', wide)} />
            <Skeleton className={cx('h-4', wide)} />
            <Skeleton className="h-4 w-16 justify-self-end" />
          </div>
        </div>
      ))}
    </div>
  )
}
