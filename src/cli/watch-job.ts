/**
 * Follows a job to its end. Every event is reported once and in order, the state shown is the server's latest response, and
 * the end is read from the job itself, never inferred from an event.
 */
import { isTransient } from '../client/api-error.ts'
import type { Client } from '../client/open-client.ts'
import type { EventView } from '../client/views.ts'
import type { JobView } from '../client/views.ts'
import { startInterval, startTimer, type Timer } from '../lib/timers.ts'
import type { Snapshot } from './screen/board-frame.ts'

/** Receives events and snapshots. `update` is called at most five times a second. */
export interface Watcher {
  event(event: EventView): void
  update(snapshot: Snapshot): void
}

/** The minimum time in ms between two requests for a snapshot. */
const pollMinMs = 200
/** The time in ms after which a snapshot is requested without an event: waits change without one. */
const pollMaxMs = 5_000

export function isOver(job: Pick<JobView, 'status'>): boolean {
  return job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled'
}

export async function readJobSnapshot(client: Client, id: string): Promise<Snapshot> {
  const [tasks, agents] = await Promise.all([client.tasks(id), client.agents(id)])
  // Read last, so that the tasks are as new as the job when it is reported as over.
  return { job: await client.getJob(id), tasks, agents }
}

/**
 * `after` is the `seq` of the last event already reported, 0 by default; `onLost` is called each time the connection to the
 * server breaks.
 */
export interface WatchOptions {
  readonly after?: number
  readonly onLost?: (() => void) | undefined
}

/** Resolves with the job when it is over, or with its last known state when the signal was aborted. */
export async function watchJob(
  client: Client,
  id: string,
  watcher: Watcher,
  signal: AbortSignal,
  { after = 0, onLost }: WatchOptions = {},
): Promise<JobView> {
  const first = await readJobSnapshot(client, id)
  watcher.update(first)
  const final = isOver(first.job)
    ? { job: first.job, cursor: after }
    : await watchToEnd(client, first.job, watcher, signal, { after, onLost })
  if (isOver(final.job)) await reportRemaining(client, id, final.cursor, watcher)
  return final.job
}

async function watchToEnd(
  client: Client,
  begun: JobView,
  watcher: Watcher,
  signal: AbortSignal,
  { after, onLost }: WatchOptions & { after: number },
): Promise<{ job: JobView; cursor: number }> {
  let job = begun
  let cursor = after
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  const poller = openPoller(async () => {
    const snapshot = await readJobSnapshot(client, begun.id).catch((error: unknown) => {
      // A temporary outage is handled by the event stream, which reconnects or gives up.
      if (!isTransient(error)) throw error
      return null
    })
    if (snapshot === null) return
    job = snapshot.job
    watcher.update(snapshot)
    if (isOver(job)) over.abort()
  }, stop)
  const follow = async (): Promise<void> => {
    const onConnection = (state: 'open' | 'lost'): void => {
      if (state === 'lost') onLost?.()
    }
    for await (const event of client.follow(begun.id, after, { signal: stop, onConnection })) {
      cursor = event.seq
      watcher.event(event)
      poller.requestPoll()
    }
  }
  try {
    await Promise.race([poller.failed, follow()])
  } finally {
    over.abort()
    await poller.close()
  }
  return { job, cursor }
}

/** Reports the remaining events, because the job may be over before its last events have arrived. */
async function reportRemaining(client: Client, id: string, after: number, watcher: Watcher): Promise<void> {
  let cursor = after
  for (;;) {
    const events = await client.events(id, cursor)
    const last = events.at(-1)
    if (last === undefined) break
    for (const event of events) watcher.event(event)
    cursor = last.seq
  }
  watcher.update(await readJobSnapshot(client, id))
}

interface Poller {
  requestPoll(): void
  /** Rejects when a request fails. Never resolves. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Runs `poll` one at a time, with a pause in between, and once more if something changed meanwhile. */
function openPoller(poll: () => Promise<void>, stop: AbortSignal): Poller {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  let running: Promise<void> = Promise.resolve()
  let timer: Timer | null = null
  const run = (): void => {
    timer = null
    running = running.then(() => (stop.aborted ? undefined : poll())).catch(failure.reject)
  }
  const requestPoll = (): void => {
    if (timer === null && !stop.aborted) timer = startTimer(pollMinMs, run)
  }
  const interval = startInterval(pollMaxMs, requestPoll)
  return {
    requestPoll,
    failed: failure.promise,
    close: async () => {
      interval.stop()
      timer?.stop()
      await running
    },
  }
}
