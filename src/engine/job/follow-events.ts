import type { EventView } from '../../contract/events/event.ts'
import type { JobSummary } from '../../contract/job.ts'
import { pause } from '../../lib/timers.ts'
import { waitFor } from '../../lib/waiting.ts'
import type { Database } from '../../store/database/database.ts'
import { eventsChannel, readEvents } from '../../store/events.ts'
import { readSummaries } from '../../store/views/job-views.ts'

/**
 * Event streams. A notification only wakes a reader; events are always read from the table after the reader's own cursor,
 * so that none is missed or repeated, whatever happens to the notifications.
 */
export interface Streams {
  follow(jobId: string, after: number, signal: AbortSignal): AsyncGenerator<EventView[]>
  summaries(signal: AbortSignal): AsyncGenerator<JobSummary[]>
  close(): Promise<void>
}

const PAGE = 500
/** The interval in ms at which readers poll on their own, in case a notification is lost. */
const LOOK_AGAIN_MS = 5000
/** The time in ms for which summaries of changed jobs are collected before they are sent. */
const GATHER_MS = 200

export async function openStreams(db: Database): Promise<Streams> {
  const wakers = new Set<(jobId: string | null) => void>()
  const stop = await db.listen(eventsChannel, (payload) => {
    const jobId = payload === null ? null : (payload.split(' ', 1)[0] ?? null)
    for (const wake of wakers) wake(jobId)
  })
  return {
    follow: (jobId, after, signal) => followJob(db, wakers, jobId, after, signal),
    summaries: (signal) => followAll(db, wakers, signal),
    close: stop,
  }
}

type Wakers = Set<(jobId: string | null) => void>

async function* followJob(
  db: Database,
  wakers: Wakers,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<EventView[]> {
  const bell = openBell(signal)
  const wake = (id: string | null): void => {
    if (id === null || id === jobId) bell.ring()
  }
  wakers.add(wake)
  try {
    let cursor = after
    while (!signal.aborted) {
      bell.reset()
      const events = await readEvents(db.reader, jobId, cursor, PAGE)
      const last = events.at(-1)
      if (last === undefined) {
        await bell.next(LOOK_AGAIN_MS)
        continue
      }
      cursor = last.seq
      yield events
    }
  } finally {
    wakers.delete(wake)
  }
}

async function* followAll(db: Database, wakers: Wakers, signal: AbortSignal): AsyncGenerator<JobSummary[]> {
  const bell = openBell(signal)
  let changed = new Set<string>()
  const wake = (id: string | null): void => {
    if (id !== null) changed.add(id)
    bell.ring()
  }
  wakers.add(wake)
  try {
    while (!signal.aborted) {
      bell.reset()
      if (changed.size === 0) await bell.next(LOOK_AGAIN_MS)
      if (signal.aborted) return
      await pause(GATHER_MS)
      const ids = [...changed]
      changed = new Set()
      const summaries = await db.read((reader) => readSummaries(reader, ids))
      if (summaries.length > 0) yield summaries
    }
  } finally {
    wakers.delete(wake)
  }
}

/** A wake-up signal that remembers one ring, so that a ring between a read and the wait is not missed. */
function openBell(signal: AbortSignal): { ring(): void; reset(): void; next(ms: number): Promise<void> } {
  let rung = Promise.withResolvers<void>()
  return {
    ring: () => rung.resolve(),
    reset: () => {
      rung = Promise.withResolvers()
    },
    next: (ms) => waitFor(rung.promise, { signal, ms }, () => undefined),
  }
}
