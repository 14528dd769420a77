import type { Settings } from '../contract/backend.ts'
import type { Catalogue } from '../agents/catalogue.ts'
import type { Log } from '../lib/log.ts'
import type { Roles } from '../roles/render-prompt.ts'
import type { Launcher } from '../sandbox/launcher.ts'
import type { Database } from '../store/database.ts'
import type { WorkspacePool } from '../workspace/pool.ts'

/** What the parts of the engine share. Made once in main.ts. */
export interface Engine {
  readonly db: Database
  readonly log: Log
  readonly launcher: Launcher
  readonly catalogue: Catalogue
  readonly roles: Roles
  readonly pool: WorkspacePool
  readonly dataDir: string
  /** The environment of npm when it installs a backend. */
  readonly installEnv: Readonly<Record<string, string>>
  /** HOME of the person who runs the server: where agents are logged in on their own. */
  readonly ownHome: string
  readonly workerId: string
  readonly running: RunningWork
  readonly settings: () => Promise<Settings>
  readonly limits: EngineLimits
}

export interface EngineLimits {
  readonly slots: number
  readonly turnMs: number
  readonly agentStartMs: number
  readonly checkMs: number
  readonly checkLogBytes: number
  readonly retryMs: number
  readonly eventTextChars: number
  readonly transcriptBytes: number
  readonly createBatch: number
  readonly freeDiskBytes: number
  /** PATH inside the sandbox. */
  readonly path: string
}

/** Channel on which a cancel is told to whichever worker runs the job. */
export const cancelChannel = 'slipway_cancel'

/** Long work that this process is doing, so that a cancel can reach it. */
export interface RunningWork {
  add(jobId: string, workId: string): { signal: AbortSignal; done: () => void }
  abortJob(jobId: string): void
  abortAll(): void
  count(): number
}

export function openRunningWork(): RunningWork {
  const entries = new Map<string, { jobId: string; controller: AbortController }>()
  return {
    add(jobId, workId) {
      const controller = new AbortController()
      entries.set(workId, { jobId, controller })
      return { signal: controller.signal, done: () => entries.delete(workId) }
    },
    abortJob(jobId) {
      for (const entry of entries.values())
        if (entry.jobId === jobId) entry.controller.abort(new Error('cancelled'))
    },
    abortAll() {
      for (const entry of entries.values()) entry.controller.abort(new Error('shutdown'))
    },
    count: () => entries.size,
  }
}
