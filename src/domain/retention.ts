import type { RemovalReason, Retention } from '../contract/storage.ts'

/** A job as retention sees it; times are epoch milliseconds. */
export interface Kept {
  readonly id: string
  readonly bytes: number
  /** Null while the job has not ended. */
  readonly endedAt: number | null
  /** Whether somebody has taken the result away. */
  readonly isTaken: boolean
}

const DAY_MS = 86_400_000
const GIGABYTE = 1e9

/** Returns when the age of a job makes it go; null while it has not ended, or without a limit of days. */
export function goesAt({ days }: Retention, endedAt: number | null): number | null {
  return days === null || endedAt === null ? null : endedAt + days * DAY_MS
}

/**
 * Decides which jobs go, and why, in the order in which they do. Only jobs that have ended can go: first those that are too
 * old; then, while the rest hold more than they may, those whose results somebody has, oldest first, and then the others,
 * oldest first. Pure.
 */
export function decideRemovals(
  jobs: readonly Kept[],
  retention: Retention,
  now: number,
): { readonly id: string; readonly reason: RemovalReason }[] {
  const ended = jobs
    .filter((job): job is Kept & { endedAt: number } => job.endedAt !== null)
    .toSorted((a, b) => a.endedAt - b.endedAt)
  const old = ended.filter((job) => (goesAt(retention, job.endedAt) ?? Number.POSITIVE_INFINITY) <= now)
  const gone = new Set(old.map((job) => job.id))
  const limit = retention.gigabytes === null ? Number.POSITIVE_INFINITY : retention.gigabytes * GIGABYTE
  let left = jobs.reduce((sum, job) => sum + (gone.has(job.id) ? 0 : job.bytes), 0)
  const young = ended.filter((job) => !gone.has(job.id))
  const large: Kept[] = []
  for (const job of [...young.filter((one) => one.isTaken), ...young.filter((one) => !one.isTaken)]) {
    if (left <= limit) break
    // One that holds nothing makes no room.
    if (job.bytes === 0) continue
    large.push(job)
    left -= job.bytes
  }
  return [
    ...old.map(({ id }) => ({ id, reason: 'age' as const })),
    ...large.map(({ id }) => ({ id, reason: 'size' as const })),
  ]
}
