import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { queries } from '../../api/queries.ts'
import { useJobId } from '../../shell/use-job-id.ts'
import { Failure } from '../../ui/callout.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { VirtualList } from '../../ui/virtual-list.tsx'
import { JumpToLatest } from '../transcript/jump-to-latest.tsx'
import { useFollowing } from '../transcript/use-following.ts'
import { ActivityFilters } from './activity-filters.tsx'
import { activityKinds, gathered, matches, type ActivityFilter, type ActivityRow } from './activity-rows.ts'
import { LogRow } from './event-row.tsx'
import { useActivity } from './use-activity.ts'

const route = getRouteApi('/app/jobs/$id/activity')
const usualHeight = 33
/** The distance in pixels from the beginning of the loaded events at which the previous page is fetched. */
const nearBeginning = 400

/** All events of the job, live, the latest at the end. */
export function Activity() {
  const id = useJobId()
  const filter = useFilter()
  const activity = useActivity(id)
  const { events, isLoaded, error } = activity
  const { data: agents = [] } = useQuery(queries.agents(id))
  const rows = useMemo(() => rowsOf(events, filter), [events, filter])
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ActivityFilters
        jobId={id}
        filter={filter}
        agents={agents}
        summary={summaryOf(events.length, rows.length, activity.hasOlder)}
      />
      {error !== null && (
        <div className="p-4">
          <Failure error={error} />
        </div>
      )}
      {!isLoaded && events.length === 0 && <SkeletonRows rows={10} />}
      {activity.hasOlder && (
        <div className="flex shrink-0 justify-center border-b border-line py-1">
          <Button variant="quiet" size="small" disabled={activity.isReadingOlder} onClick={activity.readMore}>
            {activity.isReadingOlder ? 'Loading earlier events' : 'Show earlier events'}
          </Button>
        </div>
      )}
      {isLoaded && rows.length === 0 && (
        <EmptyState title={events.length === 0 ? 'Nothing has happened yet' : 'No matching events'}>
          {events.length === 0
            ? 'The first event is that the job was accepted.'
            : 'No loaded event fits the filter. Choose another kind or agent, or show earlier events.'}
        </EmptyState>
      )}
      {rows.length > 0 && <Log jobId={id} rows={rows} activity={activity} />}
    </div>
  )
}

function Log({
  jobId,
  rows,
  activity,
}: {
  readonly jobId: string
  readonly rows: readonly ActivityRow[]
  readonly activity: ReturnType<typeof useActivity>
}) {
  const { isReadingOlder, readMore } = activity
  const { isFollowing, listId, list, onScroll, follow } = useFollowing(rows)
  const onMove = (offset: number): void => {
    onScroll()
    if (offset < nearBeginning && !isFollowing) readMore()
  }
  return (
    <>
      <VirtualList
        id={listId}
        handle={list}
        items={rows}
        label="Events, the latest at the end"
        keyOf={keyOf}
        usualHeight={usualHeight}
        isPrepending={isReadingOlder}
        onScroll={onMove}
        className="min-h-0 flex-1"
      >
        {(row) => <LogRow jobId={jobId} row={row} />}
      </VirtualList>
      {!isFollowing && <JumpToLatest onJump={follow} />}
    </>
  )
}

function useFilter(): ActivityFilter {
  const { kind, agent, attempt, q } = route.useSearch()
  return useMemo(
    () => ({ kind: activityKinds.find((known) => known === kind), agent, attempt, text: q }),
    [kind, agent, attempt, q],
  )
}

/** Returns the rows of the log: every event when filtered by text, agent or attempt, otherwise with session events grouped. */
function rowsOf(events: Parameters<typeof gathered>[0], filter: ActivityFilter): readonly ActivityRow[] {
  const fitting = events.filter((event) => matches(event, filter))
  const isClose = filter.text !== undefined || filter.agent !== undefined || filter.attempt !== undefined
  return isClose ? fitting.map((event) => ({ kind: 'event', event })) : gathered(fitting)
}

/** A grouped row keeps its key while it grows. */
function keyOf(row: ActivityRow): number {
  return row.kind === 'event' ? row.event.seq : row.first.seq
}

function summaryOf(events: number, rows: number, hasOlder: boolean): string {
  const all = `${events} events${hasOlder ? ' loaded' : ''}`
  return `${rows === events ? all : `${rows} lines of ${all}`}, latest at the end`
}
