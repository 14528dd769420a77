import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { EventView } from '../../../src/contract/events/event.ts'
import { client } from '../../api/client.ts'
import { keys } from '../../api/keys.ts'
import { useJobFeed } from '../../api/live.ts'
import { showFailure } from '../../ui/overlays/toast.tsx'
import { transcriptItems, type TranscriptItem } from './transcript-items.ts'

/** The number of session events per page; earlier ones are fetched on request. */
const page = 500

interface Transcript {
  readonly items: readonly TranscriptItem[]
  readonly isLoaded: boolean
  readonly error: Error | null
  /** Whether there are events before those shown. */
  readonly hasOlder: boolean
  readonly isReadingOlder: boolean
  readonly readOlder: () => Promise<void>
}

/** The live session of an attempt: its latest events, then those of the job's stream. */
export function useTranscript(jobId: string, attemptId: string): Transcript {
  const { data, error } = useQuery({
    queryKey: keys.part(jobId, 'attempt', attemptId, 'events'),
    queryFn: () => client.pastEvents(jobId, { attempt_id: attemptId, limit: page }),
  })
  const feed = useJobFeed(jobId)
  const [older, setOlder] = useState<{ readonly of: string; readonly events: readonly EventView[] }>()
  const [isReadingOlder, setIsReadingOlder] = useState(false)
  const before = useMemo(() => (older?.of === attemptId ? older.events : []), [older, attemptId])
  const events = useMemo(() => {
    if (data === undefined) return []
    const last = data.at(-1)?.seq ?? 0
    const news = feed.events.filter((event) => event.attempt_id === attemptId && event.seq > last)
    return [...before, ...data, ...news]
  }, [before, data, feed.events, attemptId])
  const items = useMemo(() => transcriptItems(events), [events])
  const first = events[0]
  const hasOlder = (data?.length ?? 0) === page && first !== undefined && !isBeginning(first)

  const readOlder = async (): Promise<void> => {
    if (first === undefined || isReadingOlder) return
    setIsReadingOlder(true)
    try {
      const past = await client.pastEvents(jobId, { attempt_id: attemptId, before: first.seq, limit: page })
      setOlder({ of: attemptId, events: [...past, ...before] })
    } catch (failure) {
      showFailure(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setIsReadingOlder(false)
    }
  }
  return { items, isLoaded: data !== undefined, error, hasOlder, isReadingOlder, readOlder }
}

/** Whether an event is the first of an attempt: it is created once, and has no events before. */
function isBeginning(event: EventView): boolean {
  return event.type === 'attempt.created'
}
