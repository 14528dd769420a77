import type { QueryClient } from '@tanstack/react-query'
import type { EventView } from '../../src/contract/event.ts'
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
  checks: ['checks', 'tasks', 'job'],
  // Their words reach the screen by themselves.
  session: [],
  document: ['documents'],
  permission: ['permissions', 'agents', 'job'],
  question: ['questions', 'agents', 'job'],
}

const partsOfUsage: readonly JobPart[] = ['job', 'tasks', 'agents', 'attempts', 'budget']
const partsOfMerge: readonly JobPart[] = ['tasks', 'job', 'agents', 'files', 'file', 'commits', 'diff']

export function staleParts(event: EventView): readonly JobPart[] {
  if (event.type === 'session.usage') return partsOfUsage
  if (event.type === 'task.merged' || event.type === 'job.delivered') return partsOfMerge
  return partsOf[event.type.split('.', 1)[0] ?? ''] ?? ['job', 'tasks', 'agents']
}

/**
 * Refetches what events put out of date: gathered, one round at a time, never sooner than `roundMs` after the last
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
    await Promise.all(parts.map((part) => cache.invalidateQueries({ queryKey: keys.part(jobId, part) })))
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
