import { useCallback, useMemo, useState } from 'react'
import type { EventView } from '../../../src/contract/events/event.ts'
import { readOlder, useJobFeed } from '../../api/live.ts'
import { showFailure } from '../../ui/overlays/toast.tsx'

interface Activity {
  readonly events: readonly EventView[]
  readonly isLoaded: boolean
  readonly error: Error | null
  readonly hasOlder: boolean
  readonly isReadingOlder: boolean
  readonly readMore: () => void
}

/** The job's log: the newest and arriving events, and older pages on request. */
export function useActivity(jobId: string): Activity {
  const feed = useJobFeed(jobId)
  const [older, setOlder] = useState<readonly EventView[]>([])
  const [isReadingOlder, setIsReadingOlder] = useState(false)
  const events = useMemo(() => {
    // The feed drops its oldest events: older pages are used up to the feed's first event, or completely when the feed is
    // empty.
    const first = feed.events[0]?.seq ?? Infinity
    return [...older.filter((event) => event.seq < first), ...feed.events]
  }, [older, feed.events])
  const first = events[0]?.seq
  const hasOlder = first !== undefined && first > 1

  const readMore = useCallback((): void => {
    if (first === undefined || first <= 1 || isReadingOlder) return
    setIsReadingOlder(true)
    readOlder(jobId, first)
      .then((page) => setOlder((now) => [...page, ...now]))
      .catch((error: unknown) => showFailure(error instanceof Error ? error : new Error(String(error))))
      .finally(() => setIsReadingOlder(false))
  }, [jobId, first, isReadingOlder])
  return { events, isLoaded: feed.isLoaded, error: feed.error, hasOlder, isReadingOlder, readMore }
}
