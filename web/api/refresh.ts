import { notifyManager, QueryClient, type Query } from '@tanstack/react-query'
import type { EventView } from '../../src/contract/event.ts'
import type { JobView, TaskView } from '../../src/contract/job.ts'
import { keys, type JobPart } from './keys.ts'

/** The shortest time from one round of refetches to the next. */
const roundMs = 1_000
/** What arrives together is refetched together. */
const gatherMs = 60

/** What an event puts out of date, by the first word of its type. */
const partsOf: Readonly<Record<string, readonly JobPart[]>> = {
  job: ['job', 'tasks', 'agents', 'budget'],
  plan: ['plan', 'tasks', 'agents', 'job'],
  task: ['tasks', 'job', 'agents'],
  work: ['tasks', 'agents', 'job'],
  // The end of an attempt closes what its agent has asked.
  attempt: ['permissions', 'questions', 'attempts', 'tasks', 'agents', 'job'],
  review: ['tasks', 'attempts'],
  check: ['checks', 'tasks', 'job'],
  finding: ['checks', 'job'],
  checkpoint: ['checks'],
  checks: ['checks', 'tasks', 'job'],
  // Their words reach the screen by themselves.
  session: [],
  document: ['documents'],
  permission: ['permissions', 'tasks', 'agents', 'job'],
  question: ['questions', 'tasks', 'agents', 'job'],
}

const partsOfUsage: readonly JobPart[] = ['job', 'tasks', 'agents', 'attempts', 'budget']
const partsOfMerge: readonly JobPart[] = ['tasks', 'job', 'agents', 'files', 'file', 'commits', 'diff']

export function staleParts(event: EventView): readonly JobPart[] {
  if (event.type === 'session.usage') return partsOfUsage
  if (event.type === 'task.merged' || event.type === 'job.delivered') return partsOfMerge
  return partsOf[event.type.split('.', 1)[0] ?? ''] ?? ['job', 'tasks', 'agents']
}

/**
 * Reads again what events put out of date: gathered, one round at a time, never sooner than `roundMs` after the last
 * and never before its answers are there, so that a busy job cannot drown a slow server. Only what is on screen is
 * fetched; the rest is marked.
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

/** Reads for `refreshTogether`: what it reads is kept nowhere but in the cache that asked. */
const reader = new QueryClient({
  defaultOptions: { queries: { gcTime: 0, networkMode: 'always', retry: false } },
})
/** How often the answers of one round are read until they tell of the same moment. */
const readings = 3

/**
 * Reads parts of a job again, all of them unless named, and shows the answers at one moment: header, board and team
 * change together. What cannot be read is left to its own query, which tries again and tells.
 */
export async function refreshTogether(
  cache: QueryClient,
  jobId: string,
  parts?: readonly JobPart[],
): Promise<void> {
  // How many jobs run or need somebody stands beside the job on the same page.
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

/** The job counts its tasks and the board shows them: one is never read without the other, or they would disagree. */
function withBoard(parts: readonly JobPart[]): readonly JobPart[] {
  const isOfBoard = parts.includes('job') || parts.includes('tasks')
  return isOfBoard ? [...new Set<JobPart>([...parts, 'job', 'tasks'])] : parts
}

interface Answer {
  readonly query: Query
  /** Undefined when it could not be read. */
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

/** Whether the job and its board, read one after the other, count the same tasks; true when only one was read. */
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
