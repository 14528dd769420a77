import fs from 'node:fs'
import path from 'node:path'
import type { RemovedJob, StorageView } from '../../contract/storage.ts'
import { decideRemovals, removalDueAt } from '../../domain/retention.ts'
import { isTerminal } from '../../domain/job.ts'
import { AppError } from '../../lib/app-error.ts'
import { clock, isoTime } from '../../lib/clock.ts'
import { startInterval } from '../../lib/timers.ts'
import { listRemovals, saveBytes, storedJobs, type StoredRow } from '../../store/server/retention.ts'
import { removeUnusedMirrors } from '../../workspace/source/mirror.ts'
import { treeSize } from '../../workspace/tree-size.ts'
import type { Engine } from '../engine.ts'
import { deleteJob } from '../people/delete-job.ts'
import type { Backups } from './backup.ts'

/** Removes ended jobs that are too old or use too much space, and reports the disk space of every job. */
export interface RetentionLoop {
  view(): Promise<StorageView>
  /** Removes the expired jobs. Resolves with those removed: nothing while a backup is under way. */
  collect(): Promise<RemovedJob[]>
  close(): Promise<void>
}

/** The maximum number of jobs and of removals in a view. */
const SHOWN = { jobs: 500, removed: 100 }

/** A job with its disk space. */
type Measured = StoredRow & { readonly bytes: number }

/** Starts to keep the data directory within its limits: it checks every `everyMs` milliseconds. */
export function openRetentionLoop(
  engine: Engine,
  backups: Pick<Backups, 'view'>,
  everyMs: number,
): RetentionLoop {
  let isClosed = false
  let running: Promise<RemovedJob[]> | null = null
  const collect = (): Promise<RemovedJob[]> => {
    const mustStop = (): boolean => isClosed || backups.view().status === 'running'
    running ??= removeExpired(engine, mustStop)
      .then(async (removed) => {
        if (!mustStop()) await removeUnusedMirrors(engine.dataDir)
        return removed
      })
      .finally(() => {
        running = null
      })
    return running
  }
  const timer = startInterval(everyMs, () => {
    collect().catch((error: unknown) => engine.log.error({ err: error }, 'retention'))
  })
  return {
    view: () => storageView(engine),
    collect,
    async close() {
      isClosed = true
      timer.stop()
      await running?.catch(() => undefined)
    },
  }
}

async function removeExpired(engine: Engine, mustStop: () => boolean): Promise<RemovedJob[]> {
  const { retention } = await engine.settings()
  if ((retention.days === null && retention.gigabytes === null) || mustStop()) return []
  const jobs = await measure(engine, await storedJobs(engine.db.reader))
  const byId = new Map(jobs.map((job) => [job.id, job]))
  const removed: RemovedJob[] = []
  for (const { id, reason } of decideRemovals(jobs.map(retentionInput), retention, clock.now())) {
    const job = byId.get(id)
    if (job === undefined || job.completed_at === null || mustStop()) break
    const removal = {
      title: job.title,
      bytes: job.bytes,
      completedAt: job.completed_at,
      reason,
      wasTaken: job.taken_at !== null,
    }
    // Recorded before the removal, so that a person who misses the job finds the reason.
    engine.log.info({ job: id, ...removal }, 'retention removes a job')
    if (!(await removeUnlessBack(engine, id, removal))) continue
    removed.push({
      id,
      title: job.title,
      bytes: job.bytes,
      completed_at: isoTime(new Date(job.completed_at)),
      removed_at: clock.iso(),
      reason,
      was_taken: removal.wasTaken,
    })
  }
  return removed
}

/** Returns false for a job that a person restarted or deleted meanwhile. */
async function removeUnlessBack(
  engine: Engine,
  id: string,
  removal: Parameters<typeof deleteJob>[2],
): Promise<boolean> {
  try {
    await deleteJob(engine, id, removal)
    return true
  } catch (error) {
    if (error instanceof AppError && (error.code === 'job_not_ended' || error.code === 'not_found'))
      return false
    throw error
  }
}

/** Measures the disk space of each job: once for an ended job, every time for the others. */
async function measure({ db, dataDir }: Engine, jobs: readonly StoredRow[]): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const job of jobs) {
    if (job.bytes !== null) {
      measured.push({ ...job, bytes: job.bytes })
      continue
    }
    const bytes = await treeSize(path.join(dataDir, 'jobs', job.id))
    if (isTerminal(job.status) && job.completed_at !== null)
      await saveBytes(db, job.id, bytes, job.completed_at)
    measured.push({ ...job, bytes })
  }
  return measured
}

function retentionInput(job: Measured): Parameters<typeof decideRemovals>[0][number] {
  const hasEnded = isTerminal(job.status)
  return {
    id: job.id,
    bytes: job.bytes,
    endedAt: hasEnded ? job.completed_at : null,
    isDownloaded: job.taken_at !== null,
  }
}

async function storageView(engine: Engine): Promise<StorageView> {
  const { retention } = await engine.settings()
  const jobs = await measure(engine, await storedJobs(engine.db.reader))
  const going = decideRemovals(jobs.map(retentionInput), retention, clock.now())
  const order = new Map(going.map(({ id, reason }, index) => [id, { reason, index }]))
  const disk = await fs.promises.statfs(engine.dataDir)
  return {
    disk: {
      total: disk.blocks * disk.bsize,
      free: disk.bavail * disk.bsize,
      needed: engine.limits.freeDiskBytes,
    },
    retention,
    bytes: jobs.reduce((sum, job) => sum + job.bytes, 0),
    jobs: jobs
      .toSorted(
        (a, b) =>
          (order.get(a.id)?.index ?? jobs.length) - (order.get(b.id)?.index ?? jobs.length) ||
          b.bytes - a.bytes,
      )
      .slice(0, SHOWN.jobs)
      .map((job) => {
        const { endedAt } = retentionInput(job)
        const at = removalDueAt(retention, endedAt)
        return {
          id: job.id,
          title: job.title,
          status: job.status,
          bytes: job.bytes,
          completed_at: endedAt === null ? null : isoTime(new Date(endedAt)),
          taken_at: job.taken_at === null ? null : isoTime(new Date(job.taken_at)),
          archived: job.archived_at !== null,
          goes: order.get(job.id)?.reason ?? null,
          goes_at: at === null ? null : isoTime(new Date(at)),
        }
      }),
    removed: await listRemovals(engine.db.reader, SHOWN.removed),
  }
}
