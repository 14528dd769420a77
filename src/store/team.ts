import { sql } from 'kysely'
import type { AgentStatus, Phase, Role, TaskStatus } from '../contract/words.ts'
import type { JobTrx, Reader, Trx } from './database.ts'
import { jsonb } from './json.ts'

/** A new agent of a job. Every task belongs to an agent. */
export interface NewAgent {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly backend: string
}

export async function insertAgents(trx: JobTrx, jobId: string, agents: readonly NewAgent[]): Promise<void> {
  for (const agent of agents) {
    await sql`insert into agents (id, job_id, name, role, backend) values (${agent.id}, ${jobId}, ${agent.name}, ${agent.role}, ${agent.backend})`.execute(
      trx,
    )
  }
}

export interface AgentChange {
  readonly status?: AgentStatus
  readonly phase?: Phase | null
  readonly task_id?: string | null
  readonly last_activity?: string
  readonly last_activity_at?: Date
  readonly model?: string
}

export async function updateAgent(trx: JobTrx, id: string, change: AgentChange): Promise<void> {
  const sets = Object.entries(change).map(
    ([column, value]: [string, unknown]) => sql`${sql.ref(column)} = ${value}`,
  )
  if (sets.length > 0) await sql`update agents set ${sql.join(sets)} where id = ${id}`.execute(trx)
}

/** Sets the status of every agent of a job and releases its task. */
export async function settleAgents(trx: JobTrx, jobId: string, status: AgentStatus): Promise<void> {
  await sql`update agents set status = ${status}, task_id = null where job_id = ${jobId}`.execute(trx)
}

export interface NewTaskRow {
  readonly id: string
  readonly key: string
  readonly kind: string
  readonly title: string
  readonly description: string
  readonly role: Role
  readonly phase: Phase
  readonly position: number
  readonly dependsOn: readonly string[]
  readonly acceptance: readonly string[]
  readonly checks: readonly string[]
  readonly agentId: string
}

export async function insertTasks(trx: JobTrx, jobId: string, tasks: readonly NewTaskRow[]): Promise<void> {
  for (const task of tasks) {
    await sql`
      insert into tasks (id, job_id, key, kind, title, description, role, phase, status, position, depends_on, acceptance, checks, agent_id)
      values (${task.id}, ${jobId}, ${task.key}, ${task.kind}, ${task.title}, ${task.description}, ${task.role}, ${task.phase}, 'pending',
        ${task.position}, ${jsonb(task.dependsOn)}, ${jsonb(task.acceptance)}, ${jsonb(task.checks)}, ${task.agentId})`.execute(
      trx,
    )
  }
}

export interface TaskChange {
  readonly status?: TaskStatus
  readonly agent_id?: string
  readonly error?: string | null
  readonly started_at?: Date
  readonly completed_at?: Date | null
}

export async function updateTask(trx: JobTrx, id: string, change: TaskChange): Promise<void> {
  const sets = Object.entries(change).map(
    ([column, value]: [string, unknown]) => sql`${sql.ref(column)} = ${value}`,
  )
  if (sets.length > 0) await sql`update tasks set ${sql.join(sets)} where id = ${id}`.execute(trx)
}

/** Returns the data from which the brief of a task is written. */
export async function readTask(
  db: Reader,
  id: string,
): Promise<{
  id: string
  key: string
  title: string
  description: string
  role: Role
  kind: string
  acceptance: string[]
  checks: string[]
} | null> {
  const { rows } = await sql<{
    id: string
    key: string
    title: string
    description: string
    role: Role
    kind: string
    acceptance: string[]
    checks: string[]
  }>`
    select id, key, title, description, role, kind, acceptance, checks from tasks where id = ${id}`.execute(
    db,
  )
  return rows[0] ?? null
}

/** Returns the agent of a role that should take a task: a free one before a busy one, then the preferred one before others. */
export async function chooseAgent(
  trx: Trx,
  jobId: string,
  role: Role,
  taskId: string,
  preferred: string,
): Promise<{ id: string; name: string; backend: string } | null> {
  const { rows } = await sql<{ id: string; name: string; backend: string }>`
    select id, name, backend from agents where job_id = ${jobId} and role = ${role}
    order by (task_id is not null and task_id <> ${taskId}), (id <> ${preferred}), id limit 1`.execute(trx)
  return rows[0] ?? null
}

/** Marks the agent of an attempt as working, with no activity yet. Returns its name and the task's title. */
export async function beginActivity(
  trx: JobTrx,
  attemptId: string,
): Promise<{ name: string; title: string } | null> {
  const { rows } = await sql<{ name: string; title: string }>`
    update agents a set status = 'working', task_id = t.id, phase = t.phase, last_activity = null,
      last_activity_at = ${new Date()}
    from attempts x, tasks t where x.id = ${attemptId} and a.id = x.agent_id and t.id = x.task_id returning a.name, t.title`.execute(
    trx,
  )
  return rows[0] ?? null
}

/** Sets the status of an ended task's agent, unless it is busy with another task by now. */
export async function settleAgent(
  trx: JobTrx,
  agentId: string,
  taskId: string,
  status: AgentStatus,
): Promise<void> {
  await sql`update agents set status = ${status}, task_id = null
    where id = ${agentId} and (task_id is null or task_id = ${taskId}) and status <> 'working'`.execute(trx)
}

/** Marks the agent of an attempt as idle. */
export async function releaseAgent(trx: JobTrx, attemptId: string): Promise<void> {
  await sql`update agents set status = 'idle', task_id = null where id = (select agent_id from attempts where id = ${attemptId})`.execute(
    trx,
  )
}

/** Resets the unfinished tasks of a job to their state before they began, except those that a person cancelled. */
export async function reopenTasks(trx: JobTrx, jobId: string): Promise<void> {
  await sql`update tasks set status = 'pending', error = null, completed_at = null where job_id = ${jobId}
    and status <> 'completed' and cancel_requested_at is null`.execute(trx)
}

/** Returns the task whose attempts produce the plan: the architect's last planning task; null when there is none. */
export async function planningTask(trx: Trx, jobId: string): Promise<{ id: string } | null> {
  const { rows } = await sql<{ id: string }>`
    select id from tasks where job_id = ${jobId} and kind = 'plan' and role = 'architect' order by position desc limit 1`.execute(
    trx,
  )
  return rows[0] ?? null
}
