import { Link } from '@tanstack/react-router'
import { memo, type ReactNode } from 'react'
import { eventTone } from '../../../src/contract/events/event-words.ts'
import type { EventView } from '../../../src/contract/events/event.ts'
import { cx } from '../../ui/cx.ts'
import { clockTime, fullTime } from '../../ui/text/time.ts'
import { agentOf, kindOf, type ActivityKind, type ActivityRow } from './activity-rows.ts'

const marks: Readonly<Record<ActivityKind, string>> = {
  people: 'bg-accent',
  agents: 'bg-running',
  tasks: 'bg-review',
  checks: 'bg-done',
  system: 'bg-control',
}

/** One line of the log, with links to the things it mentions. */
export const LogRow = memo(function LogRow({
  jobId,
  row,
}: {
  readonly jobId: string
  readonly row: ActivityRow
}) {
  if (row.kind === 'event') {
    return (
      <Line event={row.event} links={<EventLinks jobId={jobId} event={row.event} />}>
        {row.event.message}
      </Line>
    )
  }
  return (
    <Line event={row.last} links={<EventLinks jobId={jobId} event={row.last} />}>
      <span className="text-muted">{row.said}</span>
      {row.count > 1 && <span className="ml-2 text-xs text-faint tabular-nums">{row.count} updates</span>}
    </Line>
  )
})

function Line({
  event,
  links,
  children,
}: {
  readonly event: EventView
  readonly links: ReactNode
  readonly children: ReactNode
}) {
  const isBad = eventTone(event) === 'bad'
  return (
    <div
      data-seq={event.seq}
      className="group/row flex gap-3 border-b border-line px-6 py-1.5 hover:bg-hover max-md:flex-wrap max-md:gap-x-2 max-md:gap-y-0 max-md:px-4"
    >
      <time
        dateTime={event.at}
        title={`${fullTime(event.at)}, number ${event.seq}`}
        className="min-w-20 shrink-0 text-xs leading-5 whitespace-nowrap text-faint tabular-nums"
      >
        {clockTime(event.at)}
      </time>
      <span className="flex w-32 shrink-0 items-center gap-2 self-start text-xs leading-5 text-muted">
        <span aria-hidden className={cx('size-1.5 shrink-0 rounded-full', marks[kindOf(event)])} />
        <span className="truncate">{actorName(event)}</span>
      </span>
      <span
        className={cx(
          'line-clamp-4 min-w-0 flex-1 whitespace-pre-line wrap-anywhere max-md:basis-full',
          isBad && 'text-failed',
        )}
      >
        {children}
      </span>
      <span className="flex shrink-0 items-start gap-2 text-xs leading-5">{links}</span>
    </div>
  )
}

function actorName(event: EventView): string {
  const agent = agentOf(event)
  if (agent !== null) return agent
  return event.actor === 'person' ? 'A person' : 'Slipway'
}

const look =
  'rounded text-muted underline decoration-line-strong underline-offset-2 hover:text-ink hover:decoration-current'

function EventLinks({ jobId, event }: { readonly jobId: string; readonly event: EventView }) {
  const params = { id: jobId }
  const commit = event.data['commit']
  const isCheck = kindOf(event) === 'checks'
  const isSession = event.attempt_id !== null && kindOf(event) === 'agents'
  return (
    <>
      {isCheck && (
        <Link to="/jobs/$id/proof" params={params} className={look}>
          Evidence
        </Link>
      )}
      {typeof commit === 'string' && !isCheck && (
        <Link
          to="/jobs/$id/files"
          params={params}
          search={{ view: 'commits', ref: commit }}
          className={cx(look, 'font-mono text-[11px]')}
        >
          {commit.slice(0, 8)}
        </Link>
      )}
      {isSession && event.attempt_id !== null && (
        <Link to="/jobs/$id/team" params={params} search={{ attempt: event.attempt_id }} className={look}>
          Session
        </Link>
      )}
      {event.task_id !== null && (
        <Link to="/jobs/$id" params={params} search={{ task: event.task_id }} className={look}>
          Card
        </Link>
      )}
    </>
  )
}
