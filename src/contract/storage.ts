import { z } from 'zod'
import { JobStatus } from './words.ts'

const limits = {
  days: z.int().min(1).max(3650).nullable(),
  gigabytes: z.number().min(0.001).max(1_000_000).nullable(),
}

/**
 * How long jobs that have ended are kept: days since they ended, and how many gigabytes (10^9 bytes) the files of all jobs may
 * take. Null keeps them for good. Results that were downloaded are removed first, then the oldest.
 */
export const Retention = z.strictObject({
  days: limits.days.default(null),
  gigabytes: limits.gigabytes.default(null),
})
export type Retention = z.infer<typeof Retention>

/** The part of it that `slipway.yaml` sets. */
export const RetentionInFile = z.strictObject(limits).partial()

export const RemovalReason = z.enum(['age', 'size'])
export type RemovalReason = z.infer<typeof RemovalReason>

/** The disk space of a job. */
export const StoredJob = z.object({
  id: z.uuid(),
  title: z.string(),
  status: JobStatus,
  bytes: z.int(),
  completed_at: z.string().nullable(),
  /** When its result was first downloaded, exported or cloned; null when it never was. */
  taken_at: z.string().nullable(),
  archived: z.boolean(),
  /** Why it will be removed; null while it is kept. */
  goes: RemovalReason.nullable(),
  /** When its age makes it go; null while it has not ended, or without a limit of days. */
  goes_at: z.string().nullable(),
})
export type StoredJob = z.infer<typeof StoredJob>

/** A job that retention removed. */
export const RemovedJob = z.object({
  id: z.uuid(),
  title: z.string(),
  bytes: z.int(),
  completed_at: z.string(),
  removed_at: z.string(),
  reason: RemovalReason,
  /** Whether its result had been downloaded. */
  was_taken: z.boolean(),
})
export type RemovedJob = z.infer<typeof RemovedJob>

/** The answer of `GET /api/storage`: the use of the disk, and removals. Sizes in bytes. */
export const StorageView = z.object({
  disk: z.object({ total: z.int(), free: z.int(), needed: z.int() }),
  retention: Retention,
  /** What all jobs hold together. */
  bytes: z.int(),
  /** The jobs, those that go next first, then by size; at most 500. */
  jobs: z.array(StoredJob),
  /** The latest removals, newest first; at most 100. */
  removed: z.array(RemovedJob),
})
export type StorageView = z.infer<typeof StorageView>

/** The answer of `POST /api/storage/collect`: the jobs that were removed now. */
export const CollectView = z.object({ removed: z.array(RemovedJob) })
export type CollectView = z.infer<typeof CollectView>
