import type { Readable } from 'node:stream'
import type {
  AddedBackend,
  BackendTrial,
  BackendView,
  CustomBackend,
  InstallEvent,
  Settings,
} from '../contract/backend.ts'
import type { Conformance } from '../contract/conformance.ts'
import type { EventQuery, EventView } from '../contract/event.ts'
import type { ArchiveFormat, CommitList, DiffView, FileContent, FileTree } from '../contract/files.ts'
import type {
  AgentView,
  AttemptView,
  BudgetChange,
  BudgetView,
  CheckList,
  DocumentList,
  DocumentView,
  JobList,
  JobQuery,
  JobSummary,
  JobView,
  NewJob,
  Progress,
  TaskList,
} from '../contract/job.ts'
import type { PermissionAnswer, PermissionView } from '../contract/permission.ts'
import type { QuestionAnswer, QuestionView } from '../contract/question.ts'
import type { NewMessage } from '../contract/person.ts'
import type { PlanEdit, PlanView } from '../contract/plan.ts'
import type { BackupRequest, BackupView } from '../contract/backup.ts'
import type { CanaryView, Health, Stats, WorkerView } from '../contract/server.ts'
import type { ProviderInput, ProviderView, SecretView } from '../contract/provider.ts'
import type { RegistryBackend } from '../contract/registry.ts'
import type { SessionView } from '../contract/session.ts'
import type { Priority } from '../contract/words.ts'
import type { Log } from '../lib/log.ts'
import type { LogIn } from './log-in.ts'

/** An uploaded document. */
export interface ArrivingDocument {
  readonly name: string
  readonly mediaType: string
  readonly content: Uint8Array
}

/** The dependencies of the HTTP room. It knows no engine and no table: only functions in the shapes of the contract. */
export interface HttpDeps {
  readonly version: string
  readonly token: string
  /** Returns the exact values of `Host` that this server accepts. */
  readonly allowedHosts: () => readonly string[]
  readonly limits: {
    readonly codeMs: number
    readonly bodyBytes: number
    readonly documents: number
    readonly documentBytes: number
    readonly sseBufferBytes: number
    readonly gitRequestBytes: number
    readonly sessionMs: number
    readonly uiFileBytes: number
  }
  readonly log: Log
  /** The directory of the built UI; it need not exist. */
  readonly uiDir: string
  readonly logIn: LogIn
  readonly sessions: {
    /** Opens a session; returns the secret that its browser sends from now on. */
    open(userAgent: string): Promise<string>
    /** Finds the session of a secret; null when it has ended. `renewed`: whether this call extended it. */
    find(secret: string): Promise<(Omit<SessionView, 'current'> & { renewed: boolean }) | null>
    list(): Promise<Omit<SessionView, 'current'>[]>
    /** Returns false when there was no such session. */
    end(id: string): Promise<boolean>
  }
  readonly jobs: {
    create(
      input: NewJob,
      documents: readonly ArrivingDocument[],
      idempotencyKey: string | null,
    ): Promise<{ job: JobView; documents: DocumentView[]; replayed: boolean }>
    get(id: string): Promise<JobView | null>
    list(query: JobQuery): Promise<JobList>
    progress(id: string): Promise<Progress>
    agents(id: string): Promise<{ agents: AgentView[] }>
    tasks(id: string): Promise<TaskList>
    attempts(id: string): Promise<{ attempts: AttemptView[] }>
    attempt(id: string, attemptId: string): Promise<AttemptView & { transcript: EventView[] }>
    checks(id: string): Promise<CheckList>
    budget(id: string): Promise<BudgetView>
    setBudget(id: string, budget: BudgetChange): Promise<JobView>
    setPriority(id: string, priority: Priority): Promise<JobView>
    delete(id: string): Promise<void>
    cancel(id: string): Promise<JobView>
    restart(id: string): Promise<JobView>
  }
  readonly plans: {
    get(id: string): Promise<PlanView>
    edit(id: string, edit: PlanEdit): Promise<PlanView>
    approve(id: string, version: number | null): Promise<JobView>
    reject(id: string, note: string): Promise<JobView>
  }
  readonly people: {
    message(id: string, message: NewMessage): Promise<JobView>
    retryTask(id: string, taskId: string, note: string | null): Promise<JobView>
    cancelTask(id: string, taskId: string): Promise<JobView>
  }
  /** Waives a finding; returns the updated job. */
  readonly waive: (jobId: string, findingId: string, reason: string) => Promise<JobView>
  readonly permissions: {
    list(jobId: string): Promise<{ permissions: PermissionView[] }>
    answer(jobId: string, id: string, answer: PermissionAnswer): Promise<JobView>
  }
  readonly questions: {
    list(jobId: string): Promise<{ questions: QuestionView[] }>
    answer(jobId: string, answer: QuestionAnswer): Promise<JobView>
  }
  readonly documents: {
    list(jobId: string): Promise<DocumentList>
    add(jobId: string, documents: readonly ArrivingDocument[]): Promise<DocumentList>
    remove(jobId: string, id: string): Promise<void>
  }
  readonly events: {
    page(jobId: string, query: EventQuery): Promise<EventView[]>
    follow(jobId: string, after: number, signal: AbortSignal): AsyncIterable<EventView[]>
    summaries(signal: AbortSignal): AsyncIterable<JobSummary[]>
  }
  readonly files: {
    tree(jobId: string, ref: string | undefined): Promise<FileTree>
    /** `path` is bytes, because a file name need not be valid UTF-8. */
    read(jobId: string, ref: string | undefined, path: Buffer): Promise<FileContent>
    diff(jobId: string, from: string | undefined, to: string | undefined): Promise<DiffView>
    commits(jobId: string, ref: string | undefined): Promise<CommitList>
    archive(
      jobId: string,
      format: ArchiveFormat,
      signal: AbortSignal,
    ): Promise<{ name: string; stream: Readable }>
  }
  readonly git: {
    /** Returns git's response to a client that reads the job's repository. */
    uploadPack(
      jobId: string,
      asked: {
        readonly protocol: string | null
        readonly request: Readable | null
        readonly signal: AbortSignal
      },
    ): Promise<Readable>
  }
  readonly backends: {
    list(): Promise<BackendView[]>
    /** Throws when it cannot be installed at all; the returned function starts the installation, which the signal aborts. */
    install(name: string): Promise<(signal: AbortSignal) => AsyncIterable<InstallEvent>>
    uninstall(name: string): Promise<BackendView>
    trial(name: string): Promise<BackendTrial>
    /** Runs the conformance kit and stores the result. */
    test(name: string): Promise<Conformance>
    add(backend: CustomBackend): Promise<AddedBackend>
    /** Adds a backend by its entry in the registry of the protocol. */
    addEntry(entry: RegistryBackend): Promise<AddedBackend>
    remove(name: string): Promise<void>
  }
  readonly providers: {
    list(): Promise<ProviderView[]>
    set(name: string, provider: ProviderInput): Promise<ProviderView>
    remove(name: string): Promise<void>
    retry(name: string): Promise<ProviderView>
  }
  /** Secrets are write-only: no function returns a value. */
  readonly secrets: {
    list(): Promise<SecretView[]>
    set(name: string, value: string): Promise<SecretView>
    remove(name: string): Promise<void>
  }
  readonly settings: { get(): Promise<Settings>; put(settings: Settings): Promise<Settings> }
  readonly backup: {
    /** Returns the backup that is under way, or the last one. */
    view(): BackupView
    begin(request: BackupRequest): Promise<BackupView>
  }
  readonly health: {
    live(): Health
    ready(): Promise<Health>
    /** Returns the latest canary run. */
    canary(): Promise<CanaryView>
    /** Runs a canary; resolves with its result. */
    runCanary(): Promise<CanaryView>
  }
  stats(): Promise<Stats>
  workers(): Promise<WorkerView[]>
}
