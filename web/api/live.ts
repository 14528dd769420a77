/**
 * The live events of a job. Opens one stream per open job, however many parts of the page watch it; keeps events in order of
 * `seq`, without gap or repeat, across reconnections; holds at most `eventLimit` of them in memory (`readOlder` fetches
 * dropped ones); and refetches the queries that events invalidate, in batches.
 */
import { useEffect } from 'react'
import { isTransient } from '../../src/client/api-error.ts'
import type { EventView } from '../../src/contract/events/event.ts'
import { client } from './client.ts'
import { forgetStream, noticeStream } from './connection.ts'
import { patchActivity } from './patch-activity.ts'
import { queryClient } from './query-client.ts'
import { createRefresher, staleParts } from './refresh.ts'
import { noticeLogOut } from './logged-out.ts'
import { createStore, useStore, type Store } from './store.ts'
import { whileVisible } from './while-visible.ts'

/** The number of newest events kept per job; the oldest are dropped first. */
const eventLimit = 5_000
/** The time in ms within which events are shown together. */
const gatherMs = 80
/** The time in ms for which a stream stays open without watchers, so that changing pages does not close it. */
const lingerMs = 3_000
/** The time in ms without data after which the server counts as lost; its heartbeat comes every 2 s. */
export const silenceMs = 4_500
const olderPage = 500

/** `isLoaded`: whether the history has been read. `error` is why the stream ended for good (for example, the job was deleted). */
export interface JobFeed {
  readonly events: readonly EventView[]
  readonly isLoaded: boolean
  readonly error: Error | null
}

const empty: JobFeed = { events: [], isLoaded: false, error: null }

interface Watched {
  readonly feed: Store<JobFeed>
  watchers: number
  stop: (() => void) | null
  linger: ReturnType<typeof setTimeout> | undefined
}

const watched = new Map<string, Watched>()

function watch(jobId: string): Watched {
  const known = watched.get(jobId)
  if (known !== undefined) return known
  const made: Watched = { feed: createStore(empty), watchers: 0, stop: null, linger: undefined }
  watched.set(jobId, made)
  return made
}

/** Keeps the job's stream open while the component is mounted. Called once by the job's frame, for all its tabs. */
export function useLiveJob(jobId: string): void {
  useEffect(() => {
    const job = watch(jobId)
    job.watchers += 1
    clearTimeout(job.linger)
    job.stop ??= openFeed(jobId, job.feed)
    return () => {
      job.watchers -= 1
      if (job.watchers > 0) return
      job.linger = setTimeout(() => {
        job.stop?.()
        watched.delete(jobId)
      }, lingerMs)
    }
  }, [jobId])
}

/** Returns the job's events so far, newest last. Needs `useLiveJob` in an ancestor. */
export function useJobFeed(jobId: string): JobFeed {
  return useStore(watch(jobId).feed)
}

/** Fetches the page of events just before `seq`, oldest first; empty at the beginning. */
export async function readOlder(jobId: string, seq: number): Promise<EventView[]> {
  return seq <= 1 ? [] : client.pastEvents(jobId, { before: seq, limit: olderPage })
}

function openFeed(jobId: string, feed: Store<JobFeed>): () => void {
  const name = `job ${jobId}`
  const refresher = createRefresher(queryClient, jobId)
  const gathered = gather((events) => {
    append(feed, events)
    patchActivity(queryClient, jobId, events)
  })
  const stop = whileVisible(async (signal) => {
    try {
      const cursor = await readHistory(jobId, feed, signal)
      refresher.mark(['job', 'tasks', 'agents', 'attempts', 'checks', 'plan'])
      const options = {
        signal,
        silenceMs,
        giveUpMs: Infinity,
        onConnection: (state: 'open' | 'lost', heardAt: number) => noticeStream(name, state, heardAt),
      }
      for await (const event of client.follow(jobId, cursor, options)) {
        gathered.add(event)
        refresher.mark(staleParts(event))
      }
    } catch (error) {
      noticeLogOut(error)
      feed.set({ ...feed.get(), isLoaded: true, error: toError(error) })
    } finally {
      gathered.flush()
      forgetStream(name)
    }
  })
  return () => {
    stop()
    refresher.stop()
  }
}

/**
 * Reads the newest events, or those after the last known event, page by page to the end; returns the last `seq`. An
 * unreachable server is left to the stream, which reconnects.
 */
async function readHistory(jobId: string, feed: Store<JobFeed>, signal: AbortSignal): Promise<number> {
  let cursor = feed.get().events.at(-1)?.seq
  try {
    while (!signal.aborted) {
      const isFirst = cursor === undefined
      const page =
        cursor === undefined
          ? await client.pastEvents(jobId, { limit: olderPage })
          : await client.events(jobId, cursor)
      const last = page.at(-1)
      if (last === undefined) break
      cursor = last.seq
      append(feed, page)
      if (isFirst) break
    }
  } catch (error) {
    if (!isTransient(error)) throw error
  }
  feed.set({ ...feed.get(), isLoaded: true, error: null })
  return cursor ?? 0
}

function append(feed: Store<JobFeed>, events: readonly EventView[]): void {
  const before = feed.get()
  feed.set({ ...before, events: [...before.events, ...events].slice(-eventLimit) })
}

/** Passes single events on in batches, so that a burst causes one change of the store and one render. */
function gather(handOn: (events: readonly EventView[]) => void) {
  let waiting: EventView[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length > 0) handOn(waiting)
    waiting = []
  }
  return {
    flush,
    add(event: EventView): void {
      waiting.push(event)
      timer ??= setTimeout(flush, gatherMs)
    },
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** Whether the job's own stream is open: then its events trigger updates, for all its parts at once. */
export function isWatched(jobId: string): boolean {
  return (watched.get(jobId)?.watchers ?? 0) > 0
}
