import type { Agent, Attempt, Snapshot, Task, Work } from '../domain/model.ts'
import { fromJson, fromJsonOrNull } from './columns.ts'
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
  const rows = await trx
    .selectFrom('tasks')
    .select(['id', 'key', 'kind', 'title', 'role', 'phase', 'status', 'position', 'depends_on', 'checks'])
    .select(['agent_id', 'tries_from', 'notes', 'error', 'cancel_requested_at'])
    .where('job_id', '=', jobId)
    .orderBy('position')
    .execute()
  return rows.map(({ depends_on, agent_id, tries_from, cancel_requested_at, ...row }) => ({
    ...row,
    checks: fromJson(row.checks),
    notes: fromJson(row.notes),
    cancelRequested: cancel_requested_at !== null,
    triesFrom: tries_from,
    dependsOn: fromJson(depends_on),
    agentId: agent_id,
  }))
}

function readAgents(trx: Trx, jobId: string): Promise<Agent[]> {
  return trx
    .selectFrom('agents')
    .select(['id', 'name', 'role', 'backend', 'status'])
    .where('job_id', '=', jobId)
    .orderBy('id')
    .execute()
}

async function readAttempts(trx: Trx, jobId: string): Promise<Attempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .select(['id', 'task_id', 'epoch', 'number', 'kind', 'subject_id', 'status', 'head_commit'])
    .select(['changed', 'outcome', 'error', 'ended_at'])
    .where('job_id', '=', jobId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    taskId: row.task_id,
    epoch: row.epoch,
    number: row.number,
    kind: row.kind,
    subjectId: row.subject_id,
    status: row.status,
    headCommit: row.head_commit,
    changed: row.changed === 1,
    outcome: fromJsonOrNull(row.outcome),
    error: row.error,
    endedAt: row.ended_at,
  }))
}

/** Reads the work of a job. Work is held while it is queued, or while its lease has not been ended. */
async function readOpenAndEndedWork(trx: Trx, jobId: string): Promise<Work[]> {
  const rows = await trx
    .selectFrom('work')
    .select(['id', 'epoch', 'kind', 'task_id', 'attempt_id', 'status', 'outcome', 'lease_until'])
    .where('job_id', '=', jobId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ task_id, attempt_id, lease_until, ...row }) => ({
    ...row,
    outcome: fromJsonOrNull(row.outcome),
    held: row.status === 'queued' || (row.status === 'running' && lease_until !== null),
    taskId: task_id,
    attemptId: attempt_id,
  }))
}
