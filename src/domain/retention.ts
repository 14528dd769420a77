import type { RemovalReason, Retention } from '../contract/storage.ts'

/** A job as retention sees it; times are epoch milliseconds. */
export interface RetainedJob {
  readonly id: string
  readonly bytes: number
  /** Null while the job has not ended. */
  readonly endedAt: number | null
  /** Whether the result has been downloaded. */
  readonly isDownloaded: boolean
}

const DAY_MS = 86_400_000
const GIGABYTE = 1e9

/** Returns when the age of a job makes it go; null while it has not ended, or without a limit of days. */
export function removalDueAt({ days }: Retention, endedAt: number | null): number | null {
  return days === null || endedAt === null ? null : endedAt + days * DAY_MS
}

/**
 * Decides which jobs go, and why, in the order in which they do. Only jobs that have ended can go: first those that are too
 * old; then, while the rest hold more than they may, those whose results were downloaded, oldest first, and then the others,
 * oldest first. Pure.
 */
export function decideRemovals(
  jobs: readonly RetainedJob[],
  retention: Retention,
  now: number,
): { readonly id: string; readonly reason: RemovalReason }[] {
  const ended = jobs
    .filter((job): job is RetainedJob & { endedAt: number } => job.endedAt !== null)
    .toSorted((a, b) => a.endedAt - b.endedAt)
  const old = ended.filter((job) => (removalDueAt(retention, job.endedAt) ?? Number.POSITIVE_INFINITY) <= now)
  const removed = new Set(old.map((job) => job.id))
  const limit = retention.gigabytes === null ? Number.POSITIVE_INFINITY : retention.gigabytes * GIGABYTE
  let remaining = jobs.reduce((sum, job) => sum + (removed.has(job.id) ? 0 : job.bytes), 0)
  const young = ended.filter((job) => !removed.has(job.id))
  const large: RetainedJob[] = []
  for (const job of [
    ...young.filter((candidate) => candidate.isDownloaded),
    ...young.filter((candidate) => !candidate.isDownloaded),
  ]) {
    if (remaining <= limit) break
    // Removing a job without files frees no space.
    if (job.bytes === 0) continue
    large.push(job)
    remaining -= job.bytes
  }
  return [
    ...old.map(({ id }) => ({ id, reason: 'age' as const })),
    ...large.map(({ id }) => ({ id, reason: 'size' as const })),
  ]
}
