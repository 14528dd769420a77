import { useJobFeed } from '../api/live.ts'
import { Failure } from '../ui/callout.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { clockTime, fullTime } from '../ui/time.ts'
import { VirtualList } from '../ui/virtual-list.tsx'
import { useJobId } from './use-job-id.ts'

/** Everything that happened, as it happens. */
export function Activity() {
  const { events, isLoaded, error } = useJobFeed(useJobId())
  if (!isLoaded && events.length === 0) return <SkeletonRows />
  return (
    <>
      {error !== null && (
        <div className="p-4">
          <Failure error={error} />
        </div>
      )}
      <VirtualList items={events} label="Events" keyOf={(event) => event.seq} className="min-h-0 flex-1">
        {(event) => (
          <div data-seq={event.seq} className="flex gap-3 border-b border-line px-6 py-1.5 max-md:px-4">
            <time
              dateTime={event.at}
              title={fullTime(event.at)}
              className="w-20 shrink-0 text-xs text-faint tabular-nums"
            >
              {clockTime(event.at)}
            </time>
            <span className="w-28 shrink-0 truncate text-xs text-muted">{event.actor}</span>
            <span className="min-w-0 flex-1 wrap-anywhere">{event.message}</span>
          </div>
        )}
      </VirtualList>
    </>
  )
}
