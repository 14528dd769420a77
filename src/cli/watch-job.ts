/**
 * Follows a job to its end. Promises: every event is told once and in order, what is shown is what the server answered
 * last, and the end is read from the job itself and never inferred from an event.
 */
import { isTransient } from '../client/api-error.ts'
import type { Client } from '../client/open-client.ts'
import type { EventView } from '../client/views.ts'
import type { JobView } from '../client/views.ts'
import type { Snapshot } from './board-frame.ts'

/** Who is told. `update` comes at most five times a second. */
export interface Watcher {
  event(event: EventView): void
  update(snapshot: Snapshot): void
}

/** Changes that come closer together than this share one look at the server. */
const lookEveryMs = 200
/** A look without any event: what waits changes without one. */
const lookAnywayMs = 5_000

export function isOver(job: Pick<JobView, 'status'>): boolean {
  return job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled'
}

export async function readJobSnapshot(client: Client, id: string): Promise<Snapshot> {
  const [tasks, agents] = await Promise.all([client.tasks(id), client.agents(id)])
  // Read last: when the job says that it is over, the tasks above are not newer than it by more than this moment.
  return { job: await client.getJob(id), tasks, agents }
}

/**
 * `after` is the last event already told, 0 unless given; `onLost` is told each time the connection to the server breaks.
 */
export interface WatchOptions {
  readonly after?: number
  readonly onLost?: (() => void) | undefined
}

/** Resolves with the job when it is over, or with its last known form when the signal was aborted. */
export async function watchJob(
  client: Client,
  id: string,
  watcher: Watcher,
  signal: AbortSignal,
  { after = 0, onLost }: WatchOptions = {},
): Promise<JobView> {
  const first = await readJobSnapshot(client, id)
  watcher.update(first)
  const reached = isOver(first.job)
    ? { job: first.job, cursor: after }
    : await watchToTheEnd(client, first.job, watcher, signal, { after, onLost })
  if (isOver(reached.job)) await tellTheRest(client, id, reached.cursor, watcher)
  return reached.job
}

async function watchToTheEnd(
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
  const look = openLook(async () => {
    const snapshot = await readJobSnapshot(client, begun.id).catch((error: unknown) => {
      // A server that is away for a moment is the stream's business: it waits for it, and gives it up.
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
      look.soon()
    }
  }
  try {
    await Promise.race([look.failed, follow()])
  } finally {
    over.abort()
    await look.close()
  }
  return { job, cursor }
}

/** The job was seen to be over before its last events had arrived. */
async function tellTheRest(client: Client, id: string, after: number, watcher: Watcher): Promise<void> {
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

interface Look {
  soon(): void
  /** Rejects when a look fails. Never resolves. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Looks one at a time, some pause apart, and once more for what changed meanwhile. */
function openLook(act: () => Promise<void>, stop: AbortSignal): Look {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | null = null
  const run = (): void => {
    timer = null
    running = running.then(() => (stop.aborted ? undefined : act())).catch(failure.reject)
  }
  const soon = (): void => {
    if (timer === null && !stop.aborted) timer = setTimeout(run, lookEveryMs)
  }
  const anyway = setInterval(soon, lookAnywayMs)
  return {
    soon,
    failed: failure.promise,
    close: async () => {
      clearInterval(anyway)
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
