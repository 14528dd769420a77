/**
 * A job as it happens. Promises: one stream per open job, however many parts of the page watch; events in order of
 * `seq`, without gap or repeat, across reconnections; at most `eventLimit` of them in memory (`readOlder` reads what
 * was let go); and the queries that an event puts out of date are refetched, gathered.
 */
import { useEffect } from 'react'
import { isTransient } from '../../src/client/api-error.ts'
import type { EventView } from '../../src/contract/event.ts'
import { client } from './client.ts'
import { forgetStream, noticeStream } from './connection.ts'
import { patchActivity } from './patch-activity.ts'
import { queryClient } from './query-client.ts'
import { createRefresher, staleParts } from './refresh.ts'
import { noticeLogOut } from './logged-out.ts'
import { createStore, useStore, type Store } from './store.ts'
import { whileVisible } from './while-visible.ts'

/** Newest events kept per job; the oldest are let go first. */
const eventLimit = 5_000
/** What arrives within this time is shown together. */
const gatherMs = 80
/** A stream outlives its last watcher for this long: moving from page to page must not tear it down. */
const lingerMs = 3_000
/** The server's heartbeat comes every 2 s; silence for longer means that it is gone. */
export const silenceMs = 4_500
const olderPage = 500

/** `isLoaded`: the history has been read. `error` is why the stream ended for good (the job is gone, say). */
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

/** Keeps the job's stream open while the component is there. The job's frame calls it once for all its tabs. */
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

/** The job's events so far, newest last. Needs `useLiveJob` above it. */
export function useJobFeed(jobId: string): JobFeed {
  return useStore(watch(jobId).feed)
}

/** The page of events just before `seq`, oldest first, straight from the server; empty at the beginning. */
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
 * Reads the newest events, or on from the last event known, page by page to the end; returns the last `seq`. A server
 * that does not answer is left to the stream, which knows how to wait for it.
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

/** Hands single events on in batches: one change of the store, and one render, for a burst. */
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

/** Whether the job's own stream is open: then its events say when it has changed, for all its parts at once. */
export function isWatched(jobId: string): boolean {
  return (watched.get(jobId)?.watchers ?? 0) > 0
}
