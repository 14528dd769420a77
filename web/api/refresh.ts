import { notifyManager, QueryClient, type Query } from '@tanstack/react-query'
import type { EventView } from '../../src/contract/events/event.ts'
import type { EventGroup } from '../../src/contract/events/event-data.ts'
import type { JobView, TaskView } from '../../src/contract/job.ts'
import { keys, type JobPart } from './keys.ts'

/** The minimum time in ms between two rounds of refetches. */
const roundMs = 1_000
/** The time in ms within which events are refetched together. */
const gatherMs = 60

const boardParts: readonly JobPart[] = ['job', 'tasks', 'agents']

/** The parts that an event invalidates, by the first word of its type. */
const partsOfGroup: Readonly<Record<EventGroup, readonly JobPart[]>> = {
  job: ['job', 'tasks', 'agents', 'budget'],
  plan: ['plan', 'tasks', 'agents', 'job'],
  task: ['tasks', 'job', 'agents'],
  work: ['tasks', 'agents', 'job'],
  // The end of an attempt closes its agent's requests.
  attempt: ['permissions', 'questions', 'attempts', 'tasks', 'agents', 'job'],
  review: ['tasks', 'attempts'],
  check: ['checks', 'tasks', 'job'],
  finding: ['checks', 'job'],
  checkpoint: ['checks'],
  checks: ['checks', 'tasks', 'job'],
  // Session events update the screen directly.
  session: [],
  document: ['documents'],
  permission: ['permissions', 'tasks', 'agents', 'job'],
  question: ['questions', 'tasks', 'agents', 'job'],
  person: boardParts,
  message: boardParts,
  setup: boardParts,
  merge: boardParts,
  deliver: boardParts,
}
const partsOf: ReadonlyMap<string, readonly JobPart[]> = new Map(Object.entries(partsOfGroup))

const partsOfUsage: readonly JobPart[] = ['job', 'tasks', 'agents', 'attempts', 'budget']
const partsOfMerge: readonly JobPart[] = ['tasks', 'job', 'agents', 'files', 'file', 'commits', 'diff']

export function staleParts(event: EventView): readonly JobPart[] {
  if (event.type === 'session.usage') return partsOfUsage
  if (event.type === 'task.merged' || event.type === 'job.delivered') return partsOfMerge
  return partsOf.get(event.type.split('.', 1)[0] ?? '') ?? boardParts
}

/**
 * Refetches the parts that events invalidate: batched, one round at a time, at least `roundMs` after the last round and
 * never before its responses have arrived, so that a busy job cannot overload a slow server. Only queries in use are
 * fetched; the rest are marked stale.
 */
export function createRefresher(cache: QueryClient, jobId: string) {
  const stale = new Set<JobPart>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastRound = 0
  let isBusy = false

  const schedule = (): void => {
    if (timer !== undefined || isBusy || stale.size === 0) return
    timer = setTimeout(() => void round(), Math.max(gatherMs, lastRound + roundMs - Date.now()))
  }
  const round = async (): Promise<void> => {
    timer = undefined
    isBusy = true
    lastRound = Date.now()
    const parts = [...stale]
    stale.clear()
    await refreshTogether(cache, jobId, parts)
    isBusy = false
    schedule()
  }
  return {
    mark(parts: Iterable<JobPart>): void {
      for (const part of parts) stale.add(part)
      schedule()
    },
    stop: (): void => clearTimeout(timer),
  }
}

/** The client that fetches for `refreshTogether`: its results are kept only in the cache of the caller. */
const reader = new QueryClient({
  defaultOptions: { queries: { gcTime: 0, networkMode: 'always', retry: false } },
})
/** The maximum number of times that the responses of one round are fetched until they are consistent. */
const readings = 3

/**
 * Refetches parts of a job, all by default, and shows the responses at the same time: header, board and team change
 * together. A failed request is left to its own query, which retries and reports the error.
 */
export async function refreshTogether(
  cache: QueryClient,
  jobId: string,
  parts?: readonly JobPart[],
): Promise<void> {
  // The numbers of running and waiting jobs are shown beside the job on the same page.
  const wanted = parts === undefined ? undefined : withBoard(parts)
  const beside = wanted === undefined || wanted.includes('job') ? [keys.jobs] : []
  const keysOfParts = [...(wanted?.map((part) => keys.part(jobId, part)) ?? [keys.job(jobId)]), ...beside]
  const queries = keysOfParts.flatMap((queryKey) => cache.getQueryCache().findAll({ queryKey }))
  for (const query of queries) query.invalidate()
  const shown = queries.filter((query) => query.isActive())
  let answers = await readAll(shown)
  for (let reading = 1; reading < readings && !isOneMoment(jobId, answers); reading += 1)
    answers = await readAll(shown)
  notifyManager.batch(() => {
    for (const { query, data } of answers) if (data !== undefined) cache.setQueryData(query.queryKey, data)
  })
  const failed = answers.filter(({ data }) => data === undefined)
  await Promise.all(
    failed.map(({ query }) => cache.refetchQueries({ queryKey: query.queryKey, exact: true })),
  )
}

/**
 * Adds the board to the parts: the job counts its tasks and the board shows them, so fetching only one would make them
 * inconsistent.
 */
function withBoard(parts: readonly JobPart[]): readonly JobPart[] {
  const isOfBoard = parts.includes('job') || parts.includes('tasks')
  return isOfBoard ? [...new Set<JobPart>([...parts, 'job', 'tasks'])] : parts
}

interface Answer {
  readonly query: Query
  /** Undefined when the request failed. */
  readonly data: unknown
}

function readAll(queries: readonly Query[]): Promise<Answer[]> {
  return Promise.all(
    queries.map(async (query) => {
      const { queryFn } = query.options
      if (queryFn === undefined) return { query, data: undefined }
      const data = await reader
        .fetchQuery({ queryKey: query.queryKey, queryFn, staleTime: 0 })
        .catch(() => undefined)
      return { query, data }
    }),
  )
}

/** Whether the job and its board, fetched one after the other, count the same tasks; true when only one was fetched. */
function isOneMoment(jobId: string, answers: readonly Answer[]): boolean {
  const found = (part: JobPart): unknown =>
    answers.find(({ query }) => query.queryHash === JSON.stringify(keys.part(jobId, part)))?.data
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each key has one kind of answer (queries.ts).
  const job = found('job') as JobView | undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const tasks = found('tasks') as TaskView[] | undefined
  if (job === undefined || tasks === undefined) return true
  const done = tasks.filter((task) => task.status === 'completed').length
  return job.tasks.total === tasks.length && job.tasks.done === done
}
