import { sql } from 'kysely'
import type { AttemptStatus } from '../contract/words.ts'
import type { Agent, Attempt, AttemptOutcome, Snapshot, Task, Work } from '../domain/model.ts'
import type { JobTrx, Trx } from './database.ts'
import { readSpent } from './budgets.ts'
import { readFindings } from './findings.ts'
import { readJob } from './jobs.ts'
import { blockedProviders } from './providers.ts'

/**
 * Reads everything that the rules use about a job, under the job's row lock, so that two readers decide one after the
 * other. Returns null when there is no such job.
 */
export async function readSnapshot(trx: JobTrx, jobId: string): Promise<Snapshot | null> {
  const job = await readJob(trx, jobId)
  if (job === null) return null
  return {
    job: {
      id: job.id,
      vision: job.vision,
      title: job.title,
      backend: job.backend,
      agents: job.agents,
      mode: job.mode,
      status: job.status,
      phase: job.phase,
      progress: job.progress,
      wait: job.wait,
      proof: job.proof,
      parallelism: job.parallelism,
      epoch: job.epoch,
      plan: job.plan,
      approvePlan: job.approve_plan,
      proposal: job.proposed_plan,
      planApproved: job.plan_approved,
      planVersion: job.plan_version,
      headCommit: job.head_commit,
      cancelRequested: job.cancel_requested_at !== null,
    },
    tasks: await readTasks(trx, jobId),
    agents: await readAgents(trx, jobId),
    attempts: await readAttempts(trx, jobId),
    work: await readOpenAndEndedWork(trx, jobId),
    findings: await readFindings(trx, jobId),
    models: {
      ...(await readSpent(trx, jobId)),
      blocked: await blockedProviders(trx),
    },
  }
}

async function readTasks(trx: Trx, jobId: string): Promise<Task[]> {
  const { rows } = await sql<
    Omit<Task, 'dependsOn' | 'agentId' | 'triesFrom' | 'cancelRequested'> & {
      depends_on: string[]
      agent_id: string
      tries_from: number
      cancel_requested: boolean
    }
  >`
    select id, key, kind, title, role, phase, status, position, depends_on, checks, agent_id, tries_from, notes, error,
      cancel_requested_at is not null as cancel_requested
    from tasks where job_id = ${jobId} order by position`.execute(trx)
  return rows.map(({ depends_on, agent_id, tries_from, cancel_requested, ...row }) => ({
    ...row,
    cancelRequested: cancel_requested,
    triesFrom: tries_from,
    dependsOn: depends_on,
    agentId: agent_id,
  }))
}

async function readAgents(trx: Trx, jobId: string): Promise<Agent[]> {
  const { rows } =
    await sql<Agent>`select id, name, role, backend, status from agents where job_id = ${jobId} order by id`.execute(
      trx,
    )
  return rows
}

interface AttemptRow {
  id: string
  task_id: string
  epoch: number
  number: number
  kind: 'work' | 'review'
  subject_id: string | null
  status: AttemptStatus
  head_commit: string | null
  changed: boolean | null
  outcome: AttemptOutcome | null
  error: string | null
  ended_at: Date | null
}

async function readAttempts(trx: Trx, jobId: string): Promise<Attempt[]> {
  const { rows } = await sql<AttemptRow>`
    select id, task_id, epoch, number, kind, subject_id, status, head_commit, changed, outcome, error, ended_at
    from attempts where job_id = ${jobId} order by created_at, id`.execute(trx)
  return rows.map((row) => ({
    id: row.id,
    taskId: row.task_id,
    epoch: row.epoch,
    number: row.number,
    kind: row.kind,
    subjectId: row.subject_id,
    status: row.status,
    headCommit: row.head_commit,
    changed: row.changed ?? false,
    outcome: row.outcome,
    error: row.error,
    endedAt: row.ended_at?.getTime() ?? null,
  }))
}

/**
 * Reads the work of a job. Work is held while its queue entry is due or claimed; a claimed entry whose heartbeat stops is
 * due again.
 */
async function readOpenAndEndedWork(trx: Trx, jobId: string): Promise<Work[]> {
  const { rows } = await sql<
    Omit<Work, 'taskId' | 'attemptId'> & { task_id: string | null; attempt_id: string | null }
  >`
    select w.id, w.epoch, w.kind, w.task_id, w.attempt_id, w.status, w.outcome,
      (w.status in ('queued', 'running') and exists (select 1 from pgboss.job q where q.name = w.queue and q.id = w.queue_id
        and q.state in ('created', 'retry', 'active'))) as held
    from work w where w.job_id = ${jobId} order by w.created_at, w.id`.execute(trx)
  return rows.map(({ task_id, attempt_id, ...row }) => ({ ...row, taskId: task_id, attemptId: attempt_id }))
}
