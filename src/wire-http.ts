import type { Readable } from 'node:stream'
import type { JobView } from './contract/job.ts'
import type { createApp } from './http/app.ts'
import { limits } from './config.ts'
import { waiveFinding } from './engine/people/waive-finding.ts'
import { answerPermission } from './engine/people/answer-permission.ts'
import { answerQuestion } from './engine/people/answer-question.ts'
import { cancelJob, restartJob } from './engine/people/cancel-job.ts'
import type { Created, Creation } from './engine/job/create-job.ts'
import type { Backups } from './engine/server/backup.ts'
import type { Canary } from './engine/server/canary.ts'
import { addBackend, addRegistryBackend, removeBackend } from './engine/backends/custom-backends.ts'
import { addDocuments, removeDocument } from './engine/people/documents.ts'
import type { Engine } from './engine/engine.ts'
import { notFound } from './engine/not-found.ts'
import { deleteJob } from './engine/people/delete-job.ts'
import { setBudget } from './engine/people/set-budget.ts'
import { setPriority } from './engine/people/set-priority.ts'
import type { Streams } from './engine/job/follow-events.ts'
import { approvePlan, editPlan, rejectPlan, viewPlan } from './engine/people/plan-gate.ts'
import { sendMessage } from './engine/people/send-message.ts'
import {
  removeProvider,
  removeSecret,
  retryProvider,
  setProvider,
  setSecret,
  viewProviders,
  viewSecrets,
} from './engine/models/providers.ts'
import { putSettings, shownSettings } from './engine/server/settings.ts'
import { cancelTask, retryTask } from './engine/people/task-acts.ts'
import { openReadiness } from './engine/server/health.ts'
import { uninstallBackend } from './engine/backends/install-backend.ts'
import { streamInstall } from './engine/backends/stream-install.ts'
import { runKit } from './engine/backends/conformance/run-kit.ts'
import { tryBackend } from './engine/backends/try-backend.ts'
import type { Worker } from './engine/work/worker.ts'
import { AppError } from './lib/app-error.ts'
import { coalesce } from './lib/coalesce.ts'
import { newId } from './lib/ids.ts'
import { listAttempts } from './store/attempts.ts'
import { listChecks } from './store/checks.ts'
import { listDocuments } from './store/documents.ts'
import { pageEvents, readAttemptEvents, readMessages } from './store/events.ts'
import { listJobs, viewJob, viewJobs } from './store/job-views.ts'
import { countStatuses, readJob, readUsage, type JobRow } from './store/jobs.ts'
import { sumModelCalls } from './store/model-calls.ts'
import { queueCounts } from './store/queue.ts'
import { listFindings, listLeftOut } from './store/findings.ts'
import { listPermissions } from './store/permissions.ts'
import { listQuestions } from './store/questions.ts'
import { listAgents, listTasks } from './store/team-views.ts'
import { busySlots } from './store/work.ts'
import { viewWorkers } from './store/workers.ts'
import { wireSessions } from './wire-sessions.ts'
import { archiveCommit } from './workspace/archive.ts'
import { jobRepository, type JobRepository } from './workspace/job-repository.ts'
import { serveUploadPack } from './workspace/serve-repository.ts'
import { diff, listCommits, listFiles, readFile, resolveRef } from './workspace/read-repository.ts'

type HttpDeps = Parameters<typeof createApp>[0]

/** The maximum number of job reads that share one statement. */
const VIEWED_TOGETHER = 64

export interface Wiring {
  readonly engine: Engine
  readonly streams: Streams
  readonly worker: Worker
  readonly version: string
  readonly token: string
  readonly logIn: HttpDeps['logIn']
  readonly uiDir: string
  readonly bornAt: number
  readonly hosts: readonly string[]
  readonly canary: Canary
  readonly backups: Backups
  readonly createJob: (creation: Creation) => Promise<Created>
}

/**
 * Returns the dependencies of the HTTP room: the engine's actions and the store's views, as functions in the shapes of the
 * contract.
 */
export function wireHttp(wiring: Wiring): HttpDeps {
  const { engine, streams } = wiring
  const db = engine.db
  return {
    version: wiring.version,
    token: wiring.token,
    allowedHosts: () => wiring.hosts,
    limits,
    log: engine.log,
    logIn: wiring.logIn,
    uiDir: wiring.uiDir,
    sessions: wireSessions(db, wiring.token, limits),
    jobs: wireJobs(wiring),
    plans: wirePlans(engine),
    people: wirePeople(engine),
    waive: (id, findingId, reason) => jobAfter(engine, id, waiveFinding(engine, id, findingId, reason)),
    permissions: {
      async list(id) {
        await existing(engine, id)
        return { permissions: await listPermissions(db.reader, id) }
      },
      answer: (id, permissionId, answer) =>
        jobAfter(engine, id, answerPermission(engine, id, permissionId, answer)),
    },
    questions: {
      async list(id) {
        await existing(engine, id)
        return { questions: await listQuestions(db.reader, id) }
      },
      answer: (id, answer) => jobAfter(engine, id, answerQuestion(engine, id, answer)),
    },
    documents: wireDocuments(engine),
    events: {
      page: (jobId, query) => pageEvents(db.reader, jobId, query),
      follow: streams.follow,
      summaries: streams.summaries,
    },
    files: wireFiles(engine),
    git: {
      async uploadPack(jobId, asked) {
        await existing(engine, jobId)
        const repository = jobRepository(engine.dataDir, jobId)
        if (repository === null)
          throw new AppError('not_found', 'The job has no repository yet: its work has not begun.')
        return serveUploadPack(repository, asked, limits)
      },
    },
    backends: {
      list: async () => engine.catalogue.list(await shownSettings(engine)),
      install: (name) => streamInstall(engine, name),
      uninstall: (name) => uninstallBackend(engine, name),
      trial: (name) => tryBackend(engine, name),
      test: (name) => runKit(engine, name),
      add: (backend) => addBackend(engine, backend),
      addEntry: (entry) => addRegistryBackend(engine, entry),
      remove: (name) => removeBackend(engine, name),
    },
    providers: {
      list: () => viewProviders(engine),
      set: (name, provider) => setProvider(engine, name, provider),
      remove: (name) => removeProvider(engine, name),
      retry: (name) => retryProvider(engine, name),
    },
    secrets: {
      list: () => viewSecrets(engine),
      set: (name, value) => setSecret(engine, name, value),
      remove: (name) => removeSecret(engine, name),
    },
    settings: {
      get: () => shownSettings(engine),
      put: (wanted) => putSettings(engine, wanted),
    },
    backup: wiring.backups,
    health: {
      live: () => ({ status: 'ok', version: wiring.version, checks: {} }),
      ready: openReadiness(wiring),
      canary: wiring.canary.view,
      runCanary: wiring.canary.run,
    },
    workers: () => db.read((reader) => viewWorkers(reader)),
    async stats() {
      const counts = await db.read((reader) => countStatuses(reader))
      return {
        ...counts,
        queue: await queueCounts(db.reader),
        slots: { total: engine.limits.slots, busy: await busySlots(db.reader) },
        usage: await readUsage(db.reader, null),
        uptime_seconds: Math.round((Date.now() - wiring.bornAt) / 1000),
      }
    },
  }
}

async function existing(engine: Engine, id: string): Promise<JobRow> {
  const job = await readJob(engine.db.reader, id)
  if (job === null) throw notFound(id)
  return job
}

function wireJobs({ engine, createJob, backups }: Wiring): HttpDeps['jobs'] {
  const { db } = engine
  // Concurrent reads share one statement.
  const view = coalesce(
    (ids: readonly string[]) => db.read((reader) => viewJobs(reader, ids)),
    VIEWED_TOGETHER,
  )
  const seen = async (id: string): Promise<JobView> => {
    const job = await view(id)
    if (job === null) throw notFound(id)
    return job
  }
  return {
    async create(input, documents, idempotencyKey) {
      const stored = documents.map((document) => ({ id: newId(), ...document }))
      const { id, replayed } = await createJob({ input, documents: stored, idempotencyKey })
      const none = !replayed && stored.length === 0
      const job = await seen(id)
      return {
        job: replayed ? job : asAccepted(job),
        documents: none ? [] : await listDocuments(db.reader, id),
        replayed,
      }
    },
    get: view,
    list: (query) => db.read((reader) => listJobs(reader, query)),
    async progress(id) {
      const job = await seen(id)
      return {
        status: job.status,
        progress: job.progress,
        current_phase: job.current_phase,
        wait: job.wait,
        last_message: await readMessages(db.reader, id, 10),
      }
    },
    async agents(id) {
      await existing(engine, id)
      return { agents: await db.read((reader) => listAgents(reader, id)) }
    },
    async tasks(id) {
      await existing(engine, id)
      const tasks = await db.read((reader) => listTasks(reader, id))
      return { total_tasks: tasks.length, tasks }
    },
    async attempts(id) {
      await existing(engine, id)
      return { attempts: await listAttempts(db.reader, id) }
    },
    async attempt(id, attemptId) {
      await existing(engine, id)
      const attempt = (await listAttempts(db.reader, id)).find((candidate) => candidate.id === attemptId)
      if (attempt === undefined) throw new AppError('not_found', `The job has no attempt ${attemptId}.`)
      return { ...attempt, transcript: await readAttemptEvents(db.reader, id, attemptId, 5000) }
    },
    async checks(id) {
      const job = await existing(engine, id)
      return {
        proof: job.proof,
        proof_reason: job.proof_reason,
        checks: await listChecks(db.reader, id),
        findings: await listFindings(db.reader, id),
        left_out: await listLeftOut(db.reader, id),
      }
    },
    async budget(id) {
      const job = await existing(engine, id)
      return {
        limit: { tokens: job.budget?.tokens ?? null, usd: job.budget?.usd ?? null },
        used: await readUsage(db.reader, id),
        models: await sumModelCalls(db.reader, id),
      }
    },
    async setBudget(id, change) {
      await setBudget(engine, id, change)
      return seen(id)
    },
    async setPriority(id, priority) {
      await setPriority(engine, id, priority)
      return seen(id)
    },
    async delete(id) {
      backups.refuseWhileUnderway()
      await deleteJob(engine, id)
    },
    async cancel(id) {
      await cancelJob(engine, id)
      return seen(id)
    },
    async restart(id) {
      await restartJob(engine, id)
      return seen(id)
    },
  }
}

async function jobAfter(
  engine: Engine,
  id: string,
  act: Promise<void>,
): ReturnType<HttpDeps['jobs']['cancel']> {
  await act
  const job = await engine.db.read((reader) => viewJob(reader, id))
  if (job === null) throw notFound(id)
  return job
}

function wirePeople(engine: Engine): HttpDeps['people'] {
  return {
    message: (id, message) => jobAfter(engine, id, sendMessage(engine, id, message)),
    retryTask: (id, taskId, note) => jobAfter(engine, id, retryTask(engine, id, taskId, note)),
    cancelTask: (id, taskId) => jobAfter(engine, id, cancelTask(engine, id, taskId)),
  }
}

function wirePlans(engine: Engine): HttpDeps['plans'] {
  return {
    get: (id) => viewPlan(engine, id),
    edit: (id, edit) => editPlan(engine, id, edit),
    approve: (id, version) => jobAfter(engine, id, approvePlan(engine, id, version)),
    reject: (id, note) => jobAfter(engine, id, rejectPlan(engine, id, note)),
  }
}

/** Returns the job as it was when accepted, even if a worker has already changed it. */
function asAccepted(job: JobView): JobView {
  return { ...job, status: 'queued', current_phase: 'queued', progress: 0, started_at: null, wait: null }
}

function wireDocuments(engine: Engine): HttpDeps['documents'] {
  const { db } = engine
  return {
    async list(jobId) {
      await existing(engine, jobId)
      return { documents: await listDocuments(db.reader, jobId) }
    },
    add: async (jobId, documents) => {
      await addDocuments(engine, jobId, documents)
      return { documents: await listDocuments(db.reader, jobId) }
    },
    remove: (jobId, id) => removeDocument(engine, jobId, id),
  }
}

/** Returns functions that read files from git objects; a job without a repository yet has none, which is not an error. */
function wireFiles(engine: Engine): HttpDeps['files'] {
  const at = async (
    jobId: string,
    ref: string | undefined,
  ): Promise<{ repository: JobRepository; commit: string; job: JobRow }> => {
    const job = await existing(engine, jobId)
    const repository = jobRepository(engine.dataDir, jobId)
    const commit = repository === null ? null : await resolveRef(repository, ref ?? 'HEAD')
    if (repository === null || commit === null)
      throw new AppError(
        'ref_not_found',
        `The job has no commit "${ref ?? 'HEAD'}"${repository === null ? ' yet: its work has not begun' : ''}.`,
      )
    return { repository, commit, job }
  }
  const file = async (jobId: string, ref: string | undefined, name: Buffer): ReturnType<typeof readFile> => {
    const { repository, commit } = await at(jobId, ref)
    return readFile(repository, commit, name)
  }
  return {
    async tree(jobId, ref) {
      const { repository, commit } = await at(jobId, ref)
      return listFiles(repository, commit, limits.treeEntries)
    },
    read: file,
    async diff(jobId, from, to) {
      const { repository, commit } = await at(jobId, to)
      const base = from === undefined ? '' : (await at(jobId, from)).commit
      return diff(repository, base, commit, limits.diffBytes)
    },
    async commits(jobId, ref) {
      const { repository, commit } = await at(jobId, ref)
      return listCommits(repository, commit, 1000)
    },
    async archive(jobId, format, signal): Promise<{ name: string; stream: Readable }> {
      const { repository, commit, job } = await at(jobId, 'HEAD')
      const name =
        job.title
          .replaceAll(/[^A-Za-z0-9]+/g, '-')
          .replaceAll(/^-|-$/g, '')
          .toLowerCase()
          .slice(0, 50) || 'repository'
      return {
        name: `${name}-${commit.slice(0, 8)}.${format}`,
        stream: await archiveCommit(repository, commit, {
          format,
          maxBytes: limits.archiveBytes,
          timeoutMs: limits.cloneMs,
          signal,
        }),
      }
    },
  }
}
