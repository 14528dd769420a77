import type { Settings } from '../contract/backend.ts'
import type { Board } from '../board/board.ts'
import type { Catalogue } from '../agents/catalogue.ts'
import type { SessionLimits } from '../agents/profile.ts'
import type { Log } from '../lib/log.ts'
import type { Roles } from '../roles/render-prompt.ts'
import type { Launcher } from '../sandbox/launcher.ts'
import type { Database } from '../store/database.ts'
import type { WorkspacePool } from '../workspace/pool.ts'
import type { Models } from './models/models.ts'
import type { OwnProgram } from './own-program.ts'
import type { Answers } from './permission-answers.ts'
import { openSlots, type Slots } from './slots.ts'
import type { ReadSettingsFile } from './settings-file.ts'

/** What the parts of the engine share. Made once in main.ts. */
export interface Engine {
  readonly db: Database
  readonly log: Log
  readonly launcher: Launcher
  readonly catalogue: Catalogue
  readonly roles: Roles
  readonly models: Models
  readonly board: Board
  readonly pool: WorkspacePool
  readonly dataDir: string
  /** The environment of npm when it installs a backend. */
  readonly installEnv: Readonly<Record<string, string>>
  /** HOME of the person who runs the server: where agents are logged in on their own. */
  readonly ownHome: string
  readonly workerId: string
  readonly running: RunningWork
  readonly program: OwnProgram
  readonly answers: Answers
  /** What its file says of the settings; it goes before what people change. */
  readonly settingsFile: ReadSettingsFile
  /** As they were at most half a second ago, or since this process changed them. */
  readonly settings: () => Promise<Settings>
  /** To be called when this process has changed the settings. */
  readonly settingsChanged: () => void
  readonly limits: EngineLimits
}

export interface EngineLimits {
  readonly slots: number
  /** The times of a session, where its backend has none of its own. */
  readonly session: SessionLimits
  /** How much an agent may say in one session. */
  readonly sessionBytes: number
  /** One test of a backend, from its start to the end of its turn. */
  readonly trialMs: number
  /** One canary, from its acceptance to the end of its job. */
  readonly canaryMs: number
  /** One case of the conformance kit. */
  readonly kitCaseMs: number
  readonly checkMs: number
  /** How long a person may take to answer an agent that asks for permission, or something else. */
  readonly permissionMs: number
  readonly checkLogBytes: number
  readonly retryMs: number
  readonly eventTextChars: number
  readonly transcriptBytes: number
  readonly createBatch: number
  /** Documents of one job. */
  readonly documents: number
  readonly freeDiskBytes: number
  /** PATH inside the sandbox. */
  readonly path: string
}

/** Channel on which a cancel is told to whichever worker runs the job: `<job id>`, or `<job id> <task id>`. */
export const cancelChannel = 'slipway_cancel'

/** Long work that this process is doing, so that a cancel can reach it. */
export interface RunningWork {
  /** Begins a piece of work; one that is under way is joined, however often it is begun. */
  once(workId: string, run: () => Promise<void>): Promise<void>
  add(work: { id: string; job_id: string; task_id: string | null }): { signal: AbortSignal; done: () => void }
  /** Without a task, everything of the job. */
  abort(jobId: string, taskId: string | undefined): void
  abortAll(): void
  /** What this process works on. */
  jobs(): { readonly jobId: string; readonly taskId: string | null }[]
  count(): number
  readonly slots: Slots
}

export function openRunningWork(log: Log): RunningWork {
  const entries = new Map<string, { jobId: string; taskId: string | null; controller: AbortController }>()
  const underway = new Map<string, Promise<void>>()
  return {
    once(workId, run) {
      const running = underway.get(workId) ?? run().finally(() => underway.delete(workId))
      underway.set(workId, running)
      return running
    },
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
    count: () => entries.size,
    slots: openSlots(log),
  }
}
