import type { Settings } from '../contract/backend.ts'
import type { Board } from '../board/board.ts'
import type { Catalogue } from '../agents/catalogue.ts'
import type { SessionLimits } from '../agents/profile.ts'
import type { Log } from '../lib/log.ts'
import type { Roles } from '../roles/render-prompt.ts'
import type { Launcher } from '../sandbox/launcher.ts'
import type { Database } from '../store/database/database.ts'
import type { WorkspacePool } from '../workspace/pool.ts'
import type { ReadyTrees } from '../workspace/ready-trees.ts'
import type { Models } from './models/models.ts'
import type { OwnProgram } from './own-program.ts'
import type { Answers } from './permission-answers.ts'
import { openSlots, type Slots } from './slots.ts'
import type { ReadSettingsFile } from './settings-file.ts'

/** The shared dependencies of the engine's parts. Created once in main.ts. */
export interface Engine {
  readonly db: Database
  readonly log: Log
  readonly launcher: Launcher
  readonly catalogue: Catalogue
  readonly roles: Roles
  readonly models: Models
  readonly board: Board
  readonly pool: WorkspacePool
  readonly trees: ReadyTrees
  readonly dataDir: string
  /** The environment of npm during the installation of a backend. */
  readonly installEnv: Readonly<Record<string, string>>
  /** HOME of the person who runs the server, where agents may have their own log-ins. */
  readonly ownHome: string
  readonly workerId: string
  readonly running: RunningWork
  readonly program: OwnProgram
  readonly answers: Answers
  /** The contents of the settings file, which take precedence over settings that people change. */
  readonly settingsFile: ReadSettingsFile
  /** Returns the settings, at most half a second old, and never older than this process's last change. */
  readonly settings: () => Promise<Settings>
  /** Must be called after this process has changed the settings. */
  readonly settingsChanged: () => void
  readonly limits: EngineLimits
}

export interface EngineLimits {
  readonly slots: number
  /** The time limits of a session, where its backend has none of its own. */
  readonly session: SessionLimits
  /** The maximum number of bytes that an agent may send in one session. */
  readonly sessionBytes: number
  /** The time limit of one test of a backend, from its start to the end of its turn. */
  readonly trialMs: number
  /** The time limit of one canary, from its acceptance to the end of its job. */
  readonly canaryMs: number
  /** The time limit of one case of the conformance kit. */
  readonly kitCaseMs: number
  readonly checkMs: number
  /** The time in ms that a person has to answer an agent's permission request or question. */
  readonly permissionMs: number
  readonly checkLogBytes: number
  readonly retryMs: number
  readonly eventTextChars: number
  readonly transcriptBytes: number
  readonly createBatch: number
  /** The maximum number of documents of one job. */
  readonly documents: number
  readonly freeDiskBytes: number
  /** The maximum number of files in a list, and of bytes in a diff and in an archive before it is packed. */
  readonly treeEntries: number
  readonly diffBytes: number
  readonly archiveBytes: number
  /** The maximum number of concurrent clones over HTTP, and the maximum duration of a clone or an archive in ms. */
  readonly clones: number
  readonly cloneMs: number
  /** PATH inside the sandbox. */
  readonly path: string
}

/** The channel on which a cancel reaches the worker that runs the job. The payload is `<job id>` or `<job id> <task id>`. */
export const cancelChannel = 'slipway_cancel'

/** The long work that this process is running, so that it can be cancelled. */
export interface RunningWork {
  add(work: { id: string; job_id: string; task_id: string | null }): { signal: AbortSignal; done: () => void }
  /** Aborts the work of a task; without a task, all work of the job. */
  abort(jobId: string, taskId: string | undefined): void
  abortAll(): void
  /** Returns the jobs and tasks that this process works on. */
  jobs(): { readonly jobId: string; readonly taskId: string | null }[]
  /** Returns the ids of the work that is running. */
  ids(): string[]
  count(): number
  readonly slots: Slots
}

export function openRunningWork(): RunningWork {
  const entries = new Map<string, { jobId: string; taskId: string | null; controller: AbortController }>()
  return {
    jobs: () => [...entries.values()].map(({ jobId, taskId }) => ({ jobId, taskId })),
    add({ id, job_id, task_id }) {
      const controller = new AbortController()
      entries.set(id, { jobId: job_id, taskId: task_id, controller })
      return { signal: controller.signal, done: () => entries.delete(id) }
    },
    abort(jobId, taskId) {
      for (const entry of entries.values())
        if (entry.jobId === jobId && (taskId === undefined || entry.taskId === taskId))
          entry.controller.abort(new Error('cancelled'))
    },
    abortAll() {
      for (const entry of entries.values()) entry.controller.abort(new Error('shutdown'))
    },
    ids: () => [...entries.keys()],
    count: () => entries.size,
    slots: openSlots(),
  }
}
