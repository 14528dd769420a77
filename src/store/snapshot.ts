import { sql } from 'kysely'
import type { Agent, Attempt, Snapshot, Task, Work } from '../domain/model.ts'
import { fromJson, fromJsonOrNull } from './database/columns.ts'
import type { JobTrx, Trx } from './database/database.ts'
import { readSpent } from './models/budgets.ts'
import { readFindings } from './findings.ts'
import { readJob } from './jobs.ts'
import { readPlans } from './plans.ts'
import { blockedProviders } from './models/providers.ts'

/**
 * Reads everything that the rules use about a job, under the job's row lock, so that two readers decide one after the
 * other. Returns null when there is no such job. `before` is a snapshot that the same transaction has read, from which tasks
 * are taken as far as they cannot have changed.
 */
export async function readSnapshot(
  trx: JobTrx,
  jobId: string,
  before: Snapshot | null = null,
): Promise<Snapshot | null> {
  const job = await readJob(trx, jobId)
  if (job === null) return null
  const tasks = (before && (await renewTasks(trx, jobId, before.tasks))) ?? (await readTasks(trx, jobId))
  const isPlanning = !tasks.some((task) => task.kind !== 'plan')
  const live = tasks.filter(({ status }) => isPlanning || status === 'running' || status === 'review')
  const ids = live.map((task) => task.id)
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
      approvePlan: job.approve_plan,
      proposal: isPlanning ? (await readPlans(trx, jobId)).proposed : null,
      planApproved: job.plan_approved,
      planVersion: job.plan_version,
      headCommit: job.head_commit,
      cancelRequested: job.cancel_requested_at !== null,
    },
    tasks,
    agents: await readAgents(trx, jobId),
    attempts: ids.length === 0 ? [] : await readAttempts(trx, ids),
    work: await readWork(trx, jobId, ids),
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
  // Written out, because a job can have a thousand tasks, and a spread takes as long as the query.
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    kind: row.kind,
    title: row.title,
    role: row.role,
    phase: row.phase,
    status: row.status,
    position: row.position,
    dependsOn: fromJson(row.depends_on),
    checks: fromJson(row.checks),
    agentId: row.agent_id,
    triesFrom: row.tries_from,
    notes: fromJson(row.notes),
    cancelRequested: row.cancel_requested_at !== null,
    error: row.error,
  }))
}

/** Returns the tasks with what decisions change of them; null when there are others by now. */
async function renewTasks(trx: Trx, jobId: string, tasks: readonly Task[]): Promise<Task[] | null> {
  const rows = await trx
    .selectFrom('tasks')
    .select(['id', 'status', 'agent_id', 'error'])
    .where('job_id', '=', jobId)
    .orderBy('position')
    .execute()
  if (rows.length !== tasks.length) return null
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const renewed = rows.flatMap(({ id, status, agent_id, error }) => {
    const task = byId.get(id)
    if (task === undefined) return []
    return status === task.status && agent_id === task.agentId
      ? [task]
      : [{ ...task, status, agentId: agent_id, error }]
  })
  return renewed.length === tasks.length ? renewed : null
}

function readAgents(trx: Trx, jobId: string): Promise<Agent[]> {
  return trx
    .selectFrom('agents')
    .select(['id', 'name', 'role', 'backend', 'status'])
    .where('job_id', '=', jobId)
    .orderBy('id')
    .execute()
}

async function readAttempts(trx: Trx, taskIds: readonly string[]): Promise<Attempt[]> {
  const rows = await trx
    .selectFrom('attempts')
    .select(['id', 'task_id', 'epoch', 'number', 'kind', 'subject_id', 'status', 'head_commit'])
    .select(['changed', 'outcome', 'error', 'ended_at'])
    .where('task_id', 'in', taskIds)
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

/**
 * Reads the work of these tasks, of the job as a whole, and what else is open. Work is held while it is queued, or while its
 * lease has not been ended.
 */
async function readWork(trx: Trx, jobId: string, taskIds: readonly string[]): Promise<Work[]> {
  const columns = ['id', 'epoch', 'kind', 'task_id', 'attempt_id', 'status', 'outcome'] as const
  // Each half is read along an index of its own; the condition is that of the index `work_current`.
  const current = trx
    .selectFrom('work')
    .select([...columns, 'lease_until', 'created_at'])
    .where('job_id', '=', jobId)
    .where(sql<boolean>`(task_id is null or status in ('queued', 'running'))`)
  const rows = await current
    .$if(taskIds.length > 0, (work) =>
      work.union(
        trx
          .selectFrom('work')
          .select([...columns, 'lease_until', 'created_at'])
          .where('task_id', 'in', taskIds),
      ),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    epoch: row.epoch,
    kind: row.kind,
    taskId: row.task_id,
    attemptId: row.attempt_id,
    status: row.status,
    held: row.status === 'queued' || (row.status === 'running' && row.lease_until !== null),
    outcome: fromJsonOrNull(row.outcome),
  }))
}
