/**
 * The server's API as typed functions. Every response is parsed by the contract's schema, every failure is an `ApiError`.
 * Needs only `fetch`, so that it runs in browsers and in Node. Does not have to be closed.
 */
import {
  AddedBackend,
  BackendList,
  BackendTrial,
  BackendView,
  Settings,
  type CustomBackend,
} from '../contract/backend.ts'
import { Conformance } from '../contract/conformance.ts'
import { EventList, type EventQuery, type EventView } from '../contract/events/event.ts'
import { CommitList, DiffView, FileContent, FileTree, type ArchiveFormat } from '../contract/files.ts'
import {
  AgentList,
  AttemptList,
  AttemptView,
  BudgetView,
  CheckList,
  CreatedJob,
  DocumentList,
  JobList,
  JobView,
  Progress,
  TaskList,
  type AgentView,
  type BudgetChange,
  type DocumentView,
  type JobQuery,
  type JobSummary,
  type TaskView,
} from '../contract/job.ts'
import type { NewMessage } from '../contract/person.ts'
import { PlanView, type PlanEdit } from '../contract/plan.ts'
import { CanaryView, Health, Stats, WorkerList, type WorkerView } from '../contract/server.ts'
import { LogInCode, SessionList } from '../contract/session.ts'
import type { Priority } from '../contract/words.ts'
import { ApiError } from './api-error.ts'
import type { FollowOptions } from './event-stream.ts'
import { followEvents } from './follow-events.ts'
import { followSummaries } from './follow-summaries.ts'
import { installBackend } from './install-backend.ts'
import { jobForm, type DocumentFile, type JobRequest } from './job-request.ts'
import { permissionCalls, type PermissionCalls } from './permission-calls.ts'
import { questionCalls, type QuestionCalls } from './question-calls.ts'
import { providerCalls, type ProviderCalls } from './provider-calls.ts'
import { storageCalls, type StorageCalls } from './storage-calls.ts'
import { requestJson, requestNothing, send, type Endpoint } from './request.ts'

/** The proof of a job and the evidence for it. */
export type Evidence = ReturnType<typeof CheckList.parse>

/** One attempt with its session's transcript, oldest first. */
export type AttemptRecord = AttemptView & { transcript: EventView[] }

const AttemptRecord = AttemptView.extend({ transcript: EventList.shape.events })

/** A body that is still arriving; `name` is the file name proposed by the server. */
export interface Download {
  readonly name: string | null
  readonly body: ReadableStream<Uint8Array>
}

export interface DownloadOptions {
  readonly format?: ArchiveFormat
  readonly signal?: AbortSignal
}

/** A path, or its percent-encoded bytes when it is not UTF-8 (`encoded` of a tree entry). */
export type FilePath = string | { readonly encoded: string }

export interface CreateOptions {
  readonly documents?: readonly DocumentFile[]
  /** Requests with the same key create only one job (at most 200 visible characters). */
  readonly idempotencyKey?: string
}

export interface Client extends PermissionCalls, QuestionCalls, ProviderCalls, StorageCalls {
  readonly url: string
  createJob(job: JobRequest, options?: CreateOptions): Promise<CreatedJob>
  getJob(id: string): Promise<JobView>
  listJobs(query?: JobFilter): Promise<JobList>
  progress(id: string): Promise<Progress>
  agents(id: string): Promise<AgentView[]>
  tasks(id: string): Promise<TaskView[]>
  /** Returns one page of events after `after`, oldest first; empty when there are none yet. Continue from the last one. */
  events(id: string, after: number): Promise<EventView[]>
  /**
   * Returns a page of the past: the newest matching events, oldest first; pass its first `seq` as `before` for the previous
   * page.
   */
  pastEvents(id: string, query?: Partial<EventQuery>): Promise<EventView[]>
  /** Yields every event after `after`, as they happen, until the signal aborts or the loop is left. */
  follow(id: string, after: number, options?: FollowOptions): AsyncIterable<EventView>
  /** Yields summaries of jobs as they change; nothing is replayed after a reconnection. */
  followSummaries(options?: FollowOptions): AsyncIterable<JobSummary>
  files(id: string, ref?: string): Promise<FileTree>
  file(id: string, path: FilePath, ref?: string): Promise<FileContent>
  commits(id: string, ref?: string): Promise<CommitList['commits']>
  diff(id: string, range?: { from?: string; to?: string }): Promise<DiffView>
  /** Downloads the job's repository as an archive; defaults to zip. */
  download(id: string, options?: DownloadOptions): Promise<Download>
  checks(id: string): Promise<Evidence>
  /** Waives a finding that counts against the proof, with the reason. */
  waive(id: string, findingId: string, reason: string): Promise<JobView>
  attempts(id: string): Promise<AttemptView[]>
  attempt(id: string, attemptId: string): Promise<AttemptRecord>
  cancel(id: string): Promise<JobView>
  restart(id: string): Promise<JobView>
  plan(id: string): Promise<PlanView>
  /** Replaces the proposed plan; `edit.version` is the version that was edited. */
  editPlan(id: string, edit: PlanEdit): Promise<PlanView>
  /** Approves the proposed plan; with a version, exactly that one. */
  approve(id: string, version?: number): Promise<JobView>
  /** Rejects the proposed plan; the note is passed to the planner. */
  reject(id: string, note: string): Promise<JobView>
  /** Sends a message to an agent of the job, delivered at its next turn. */
  message(id: string, message: NewMessage): Promise<JobView>
  /** Restarts a failed, skipped or cancelled task; the note is passed to every attempt from then on. */
  retryTask(id: string, taskId: string, note?: string): Promise<JobView>
  /** Cancels one task; the job continues with the rest. */
  cancelTask(id: string, taskId: string): Promise<JobView>
  documents(id: string): Promise<DocumentView[]>
  addDocuments(id: string, documents: readonly DocumentFile[]): Promise<DocumentView[]>
  removeDocument(id: string, documentId: string): Promise<void>
  budget(id: string): Promise<BudgetView>
  /** Sets the named limits, null removes a limit; a job that waits for its budget continues. */
  setBudget(id: string, budget: BudgetChange): Promise<JobView>
  /** Changes the priority of a job; running work continues. */
  setPriority(id: string, priority: Priority): Promise<JobView>
  backends(): Promise<BackendView[]>
  /** Resolves when it is installed; output of the installation is passed to `onOutput`. */
  installBackend(name: string, onOutput: (text: string) => void, signal?: AbortSignal): Promise<BackendView>
  uninstallBackend(name: string): Promise<BackendView>
  addBackend(backend: CustomBackend): Promise<AddedBackend>
  /** Adds a backend by its entry in the registry of the Agent Client Protocol. */
  addRegistryBackend(entry: { registry: unknown; name?: string }): Promise<AddedBackend>
  removeBackend(name: string): Promise<void>
  /** Runs one real turn with a backend; resolves when it has ended. */
  tryBackend(name: string): Promise<BackendTrial>
  /** Runs the conformance kit with a backend, which takes minutes with a real model. */
  testBackend(name: string): Promise<Conformance>
  workers(): Promise<WorkerView[]>
  stats(): Promise<Stats>
  /** Resolves also when the server reports that it is not ready (503). */
  health(timeoutMs?: number): Promise<Health>
  /** Returns the latest canary run: a small job with which the server tests itself. */
  canary(): Promise<CanaryView>
  /** Runs a canary; resolves when it has ended. */
  runCanary(signal?: AbortSignal): Promise<CanaryView>
  settings(): Promise<Settings>
  putSettings(settings: Settings): Promise<Settings>
  /** Exchanges the token for a session that the browser keeps as a cookie. */
  logIn(token: string): Promise<void>
  /** Returns a code that logs one browser in, once: open `/?code=<code>` with it. */
  newLogInCode(): Promise<LogInCode>
  logOut(): Promise<void>
  /** Returns the logged-in browsers, the most recently seen first. */
  sessions(): Promise<SessionList['sessions']>
  endSession(id: string): Promise<void>
}

/** Filter and order of jobs; missing or undefined fields use the server's defaults. */
export type JobFilter = { readonly [Name in keyof JobQuery]?: JobQuery[Name] | undefined }

export interface ClientOptions {
  /** For example `http://127.0.0.1:7420`. */
  readonly url: string
  readonly token: string | null
  /** Defaults to the platform's `fetch`. */
  readonly fetch?: typeof fetch
}

/** Longer than the maximum time in ms that a server can be configured to wait for the end of a turn or of a canary. */
const trialTimeoutMs = 660_000
/** In ms, for a dozen sessions, each with a time limit of its own. */
const kitTimeoutMs = 3_600_000
/** Greater than any `seq`. */
const latest = 2_000_000_000
/** In ms, because documents take longer to upload than text. */
const uploadTimeoutMs = 300_000

export function openClient(options: ClientOptions): Client {
  const endpoint: Endpoint = {
    url: options.url.replace(/\/+$/, ''),
    token: options.token,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  }
  return {
    url: endpoint.url,
    ...jobCalls(endpoint),
    ...personCalls(endpoint),
    ...permissionCalls(endpoint),
    ...questionCalls(endpoint),
    ...contentCalls(endpoint),
    ...serverCalls(endpoint),
    ...providerCalls(endpoint),
    ...storageCalls(endpoint),
  }
}

function jobCalls(endpoint: Endpoint) {
  return {
    createJob: (job: JobRequest, options: CreateOptions = {}) => createJob(endpoint, job, options),
    getJob: (id: string) => requestJson(endpoint, jobPath(id), JobView),
    listJobs: (query: JobFilter = {}) => requestJson(endpoint, '/api/jobs', JobList, { query }),
    progress: (id: string) => requestJson(endpoint, jobPath(id, 'progress'), Progress),
    agents: async (id: string) => (await requestJson(endpoint, jobPath(id, 'agents'), AgentList)).agents,
    tasks: async (id: string) => (await requestJson(endpoint, jobPath(id, 'tasks'), TaskList)).tasks,
    events: async (id: string, after: number) =>
      (await requestJson(endpoint, jobPath(id, 'events'), EventList, { query: { after } })).events,
    pastEvents: async (id: string, query: Partial<EventQuery> = {}) =>
      (
        await requestJson(endpoint, jobPath(id, 'events'), EventList, {
          query: { before: latest, limit: 100, ...query },
        })
      ).events,
    follow: (id: string, after: number, options?: FollowOptions) =>
      followEvents(endpoint, id, after, options),
    followSummaries: (options?: FollowOptions) => followSummaries(endpoint, options),
    attempts: async (id: string) =>
      (await requestJson(endpoint, jobPath(id, 'attempts'), AttemptList)).attempts,
    attempt: (id: string, attemptId: string) =>
      requestJson(endpoint, jobPath(id, `attempts/${encodeURIComponent(attemptId)}`), AttemptRecord),
    cancel: (id: string) => requestJson(endpoint, jobPath(id, 'cancel'), JobView, { method: 'POST' }),
    restart: (id: string) => requestJson(endpoint, jobPath(id, 'restart'), JobView, { method: 'POST' }),
    setBudget: (id: string, budget: BudgetChange) =>
      requestJson(endpoint, jobPath(id, 'budget'), JobView, { method: 'POST', json: budget }),
    setPriority: (id: string, priority: Priority) =>
      requestJson(endpoint, jobPath(id, 'priority'), JobView, { method: 'POST', json: { priority } }),
    budget: (id: string) => requestJson(endpoint, jobPath(id, 'budget'), BudgetView),
    checks: (id: string) => requestJson(endpoint, jobPath(id, 'checks'), CheckList),
    waive: (id: string, findingId: string, reason: string) =>
      requestJson(endpoint, `${jobPath(id, 'findings')}/${encodeURIComponent(findingId)}/waive`, JobView, {
        method: 'POST',
        json: { reason },
      }),
  }
}

/** A person's actions on a running job. */
function personCalls(endpoint: Endpoint) {
  return {
    plan: (id: string) => requestJson(endpoint, jobPath(id, 'plan'), PlanView),
    editPlan: (id: string, edit: PlanEdit) =>
      requestJson(endpoint, jobPath(id, 'plan'), PlanView, { method: 'PUT', json: edit }),
    approve: (id: string, version?: number) =>
      requestJson(endpoint, jobPath(id, 'approve'), JobView, {
        method: 'POST',
        json: version === undefined ? {} : { version },
      }),
    message: (id: string, message: NewMessage) =>
      requestJson(endpoint, jobPath(id, 'message'), JobView, { method: 'POST', json: message }),
    retryTask: (id: string, taskId: string, note?: string) =>
      requestJson(endpoint, `${taskPath(id, taskId)}/retry`, JobView, {
        method: 'POST',
        json: note === undefined ? {} : { note },
      }),
    cancelTask: (id: string, taskId: string) =>
      requestJson(endpoint, `${taskPath(id, taskId)}/cancel`, JobView, { method: 'POST' }),
    reject: (id: string, note: string) =>
      requestJson(endpoint, jobPath(id, 'reject'), JobView, { method: 'POST', json: { note } }),
  }
}

function contentCalls(endpoint: Endpoint) {
  return {
    files: (id: string, ref?: string) =>
      requestJson(endpoint, jobPath(id, 'files'), FileTree, { query: { ref } }),
    file: async (id: string, path: FilePath, ref?: string) =>
      requestJson(
        endpoint,
        `${jobPath(id, 'files')}/${typeof path === 'string' ? filePath(path) : path.encoded}`,
        FileContent,
        { query: { ref } },
      ),
    commits: async (id: string, ref?: string) =>
      (await requestJson(endpoint, jobPath(id, 'commits'), CommitList, { query: { ref } })).commits,
    diff: (id: string, range: { from?: string; to?: string } = {}) =>
      requestJson(endpoint, jobPath(id, 'diff'), DiffView, { query: { from: range.from, to: range.to } }),
    download: (id: string, options: DownloadOptions = {}) => download(endpoint, id, options),
    documents: async (id: string) =>
      (await requestJson(endpoint, jobPath(id, 'documents'), DocumentList)).documents,
    addDocuments: async (id: string, documents: readonly DocumentFile[]) => {
      const form = new FormData()
      for (const document of documents) form.append('documents', document.content, document.name)
      const options = { method: 'POST', form, timeoutMs: uploadTimeoutMs } as const
      return (await requestJson(endpoint, jobPath(id, 'documents'), DocumentList, options)).documents
    },
    removeDocument: (id: string, documentId: string) =>
      requestNothing(endpoint, `${jobPath(id, 'documents')}/${encodeURIComponent(documentId)}`, {
        method: 'DELETE',
      }),
  }
}

function serverCalls(endpoint: Endpoint) {
  return {
    backends: async () => (await requestJson(endpoint, '/api/backends', BackendList)).backends,
    installBackend: (name: string, onOutput: (text: string) => void, signal?: AbortSignal) =>
      installBackend(endpoint, name, onOutput, signal),
    uninstallBackend: (name: string) =>
      requestJson(endpoint, `/api/backends/${encodeURIComponent(name)}/install`, BackendView, {
        method: 'DELETE',
        timeoutMs: uploadTimeoutMs,
      }),
    addBackend: (backend: CustomBackend) =>
      requestJson(endpoint, '/api/backends', AddedBackend, { method: 'POST', json: backend }),
    addRegistryBackend: (entry: { registry: unknown; name?: string }) =>
      requestJson(endpoint, '/api/backends', AddedBackend, { method: 'POST', json: entry }),
    removeBackend: (name: string) =>
      requestNothing(endpoint, `/api/backends/${encodeURIComponent(name)}`, { method: 'DELETE' }),
    tryBackend: (name: string) =>
      requestJson(endpoint, `/api/backends/${encodeURIComponent(name)}/trial`, BackendTrial, {
        method: 'POST',
        timeoutMs: trialTimeoutMs,
      }),
    testBackend: (name: string) =>
      requestJson(endpoint, `/api/backends/${encodeURIComponent(name)}/test`, Conformance, {
        method: 'POST',
        timeoutMs: kitTimeoutMs,
      }),
    workers: async () => (await requestJson(endpoint, '/api/workers', WorkerList)).workers,
    stats: () => requestJson(endpoint, '/api/stats', Stats),
    health: (timeoutMs = 5_000) => requestJson(endpoint, '/health', Health, { accept: [503], timeoutMs }),
    canary: () => requestJson(endpoint, '/api/health/canary', CanaryView),
    runCanary: (signal?: AbortSignal) =>
      requestJson(endpoint, '/api/health/canary', CanaryView, {
        method: 'POST',
        signal,
        timeoutMs: trialTimeoutMs,
      }),
    settings: () => requestJson(endpoint, '/api/settings', Settings),
    putSettings: (settings: Settings) =>
      requestJson(endpoint, '/api/settings', Settings, { method: 'PUT', json: settings }),
    logIn: (token: string) => requestNothing(endpoint, '/api/session', { method: 'POST', json: { token } }),
    newLogInCode: () => requestJson(endpoint, '/api/session/codes', LogInCode, { method: 'POST' }),
    logOut: () => requestNothing(endpoint, '/api/session', { method: 'DELETE' }),
    sessions: async () => (await requestJson(endpoint, '/api/sessions', SessionList)).sessions,
    endSession: (id: string) =>
      requestNothing(endpoint, `/api/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  }
}

async function createJob(endpoint: Endpoint, job: JobRequest, options: CreateOptions): Promise<CreatedJob> {
  const headers = options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }
  const documents = options.documents ?? []
  const body =
    documents.length === 0 ? { json: job } : { form: jobForm(job, documents), timeoutMs: uploadTimeoutMs }
  return requestJson(endpoint, '/api/jobs', CreatedJob, { method: 'POST', headers, ...body })
}

async function download(
  endpoint: Endpoint,
  id: string,
  { format = 'zip', signal }: DownloadOptions,
): Promise<Download> {
  const response = await send(endpoint, `${jobPath(id, 'download')}?format=${format}`, {
    headers: { accept: '*/*' },
    signal,
    timeoutMs: 120_000,
  })
  if (response.body === null) throw new ApiError(0, 'bad_answer', 'the server sent an empty archive')
  const name = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '')
  return { name: name?.[1] ?? null, body: response.body }
}

function jobPath(id: string, rest?: string): string {
  return `/api/jobs/${encodeURIComponent(id)}${rest === undefined ? '' : `/${rest}`}`
}

function taskPath(id: string, taskId: string): string {
  return jobPath(id, `tasks/${encodeURIComponent(taskId)}`)
}

/**
 * Encodes the path of a file. URLs are normalised before they are sent, so `..` would reach another route: such a path is
 * rejected here.
 */
function filePath(path: string): string {
  const segments = path.split('/')
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw new ApiError(0, 'bad_path', `"${path}" is not the path of a file in the repository`)
  }
  return segments.map(encodeURIComponent).join('/')
}
