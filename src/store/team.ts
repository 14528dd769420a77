import type { AgentStatus, Phase, Role, TaskStatus } from '../contract/words.ts'
import type { Task } from '../domain/model.ts'
import { clock } from '../lib/clock.ts'
import { fromJson, toJson, toMillis } from './database/columns.ts'
import type { JobTrx, Reader, Trx } from './database/database.ts'

/** A new agent of a job. Every task belongs to an agent. */
export interface NewAgent {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly backend: string
}

export async function insertAgents(trx: JobTrx, jobId: string, agents: readonly NewAgent[]): Promise<void> {
  if (agents.length === 0) return
  await trx
    .insertInto('agents')
    .values(
      agents.map(({ id, name, role, backend }) => ({
        id,
        job_id: jobId,
        name,
        role,
        backend,
        status: 'idle',
      })),
    )
    .execute()
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
  const { last_activity_at: at, ...plain } = change
  const columns = { ...plain, ...(at === undefined ? {} : { last_activity_at: toMillis(at) }) }
  if (Object.keys(columns).length > 0)
    await trx.updateTable('agents').set(columns).where('id', '=', id).execute()
}

/** Sets the status of every agent of a job and releases its task. */
export async function settleAgents(trx: JobTrx, jobId: string, status: AgentStatus): Promise<void> {
  await trx.updateTable('agents').set({ status, task_id: null }).where('job_id', '=', jobId).execute()
}

export interface NewTaskRow {
  readonly id: string
  readonly key: string
  readonly kind: Task['kind']
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
  if (tasks.length === 0) return
  await trx
    .insertInto('tasks')
    .values(
      tasks.map((task) => ({
        id: task.id,
        job_id: jobId,
        key: task.key,
        kind: task.kind,
        title: task.title,
        description: task.description,
        role: task.role,
        phase: task.phase,
        status: 'pending' as const,
        position: task.position,
        depends_on: toJson([...task.dependsOn]),
        acceptance: toJson([...task.acceptance]),
        checks: toJson([...task.checks]),
        agent_id: task.agentId,
        tries_from: 1,
        notes: toJson([]),
      })),
    )
    .execute()
}

export interface TaskChange {
  readonly status?: TaskStatus
  readonly agent_id?: string
  readonly error?: string | null
  readonly started_at?: Date
  readonly completed_at?: Date | null
}

export async function updateTask(trx: JobTrx, id: string, change: TaskChange): Promise<void> {
  const { started_at, completed_at, ...plain } = change
  const columns = {
    ...plain,
    ...(started_at === undefined ? {} : { started_at: toMillis(started_at) }),
    ...(completed_at === undefined ? {} : { completed_at: toMillis(completed_at) }),
  }
  if (Object.keys(columns).length > 0)
    await trx.updateTable('tasks').set(columns).where('id', '=', id).execute()
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
  kind: Task['kind']
  acceptance: string[]
  checks: string[]
} | null> {
  const row = await db
    .selectFrom('tasks')
    .select(['id', 'key', 'title', 'description', 'role', 'kind', 'acceptance', 'checks'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return null
  return { ...row, acceptance: fromJson(row.acceptance), checks: fromJson(row.checks) }
}

/** Returns the agent of a role that should take a task: a free one before a busy one, then the preferred one before others. */
export async function chooseAgent(
  trx: Trx,
  jobId: string,
  role: Role,
  taskId: string,
  preferred: string,
): Promise<{ id: string; name: string; backend: string } | null> {
  const agents = await trx
    .selectFrom('agents')
    .select(['id', 'name', 'backend', 'task_id'])
    .where('job_id', '=', jobId)
    .where('role', '=', role)
    .orderBy('id')
    .execute()
  const isFree = (agent: { task_id: string | null }): boolean =>
    agent.task_id === null || agent.task_id === taskId
  const free = agents.filter(isFree)
  const candidates = free.length > 0 ? free : agents
  return candidates.find((agent) => agent.id === preferred) ?? candidates[0] ?? null
}

/** Marks the agent of an attempt as working, with no activity yet. Returns its name and the task's title. */
export async function beginActivity(
  trx: JobTrx,
  attemptId: string,
): Promise<{ name: string; title: string } | null> {
  const row = await trx
    .selectFrom('attempts as x')
    .innerJoin('agents as a', 'a.id', 'x.agent_id')
    .innerJoin('tasks as t', 't.id', 'x.task_id')
    .select(['a.id', 'a.name', 't.id as task_id', 't.phase', 't.title'])
    .where('x.id', '=', attemptId)
    .executeTakeFirst()
  if (row === undefined) return null
  await trx
    .updateTable('agents')
    .set({
      status: 'working',
      task_id: row.task_id,
      phase: row.phase,
      last_activity: null,
      last_activity_at: clock.now(),
    })
    .where('id', '=', row.id)
    .execute()
  return { name: row.name, title: row.title }
}

/** Sets the status of an ended task's agent, unless it is busy with another task by now. */
export async function settleAgent(
  trx: JobTrx,
  agentId: string,
  taskId: string,
  status: AgentStatus,
): Promise<void> {
  await trx
    .updateTable('agents')
    .set({ status, task_id: null })
    .where('id', '=', agentId)
    .where((row) => row.or([row('task_id', 'is', null), row('task_id', '=', taskId)]))
    .where('status', '<>', 'working')
    .execute()
}

/** Marks the agent of an attempt as idle. */
export async function releaseAgent(trx: JobTrx, attemptId: string): Promise<void> {
  await trx
    .updateTable('agents')
    .set({ status: 'idle', task_id: null })
    .where('id', '=', (row) =>
      row.selectFrom('attempts').select('attempts.agent_id').where('attempts.id', '=', attemptId),
    )
    .execute()
}

/** Resets the unfinished tasks of a job to their state before they began, except those that a person cancelled. */
export async function reopenTasks(trx: JobTrx, jobId: string): Promise<void> {
  await trx
    .updateTable('tasks')
    .set({ status: 'pending', error: null, completed_at: null })
    .where('job_id', '=', jobId)
    .where('status', '<>', 'completed')
    .where('cancel_requested_at', 'is', null)
    .execute()
}

/** Returns the task whose attempts produce the plan: the architect's last planning task; null when there is none. */
export async function planningTask(trx: Trx, jobId: string): Promise<{ id: string } | null> {
  const row = await trx
    .selectFrom('tasks')
    .select('id')
    .where('job_id', '=', jobId)
    .where('kind', '=', 'plan')
    .where('role', '=', 'architect')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}
