import { sql } from 'kysely'
import type { PermissionOutcome, PermissionView } from '../contract/permission.ts'
import { isoTime, isoTimeOrNull } from '../lib/clock.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'

/** A new permission request of an agent. */
export interface NewPermission extends Pick<
  PermissionView,
  'id' | 'task_id' | 'attempt_id' | 'title' | 'kind' | 'input' | 'options'
> {
  readonly jobId: string
  readonly agentId: string
  readonly deadline: Date
}

export async function insertPermission(trx: JobTrx, asked: NewPermission): Promise<void> {
  await sql`
    insert into permissions (id, job_id, task_id, attempt_id, agent_id, title, kind, input, options, asked_at, deadline)
    values (${asked.id}, ${asked.jobId}, ${asked.task_id}, ${asked.attempt_id}, ${asked.agentId}, ${asked.title}, ${asked.kind},
      ${jsonb(asked.input ?? null)}, ${jsonb(asked.options)}, ${new Date()}, ${asked.deadline})`.execute(trx)
}

/** Closes a request; returns false when it was already closed. */
export async function closePermission(
  trx: JobTrx,
  id: string,
  answer: { readonly outcome: PermissionOutcome; readonly optionId: string | null; readonly actor: string },
): Promise<boolean> {
  const { rows } = await sql`
    update permissions set outcome = ${answer.outcome}, option_id = ${answer.optionId}, actor = ${answer.actor},
      answered_at = ${new Date()}
    where id = ${id} and outcome is null returning id`.execute(trx)
  return rows.length > 0
}

interface PermissionRow extends Omit<PermissionView, 'asked_at' | 'deadline' | 'answered_at'> {
  agent_id: string
  asked_at: Date
  deadline: Date
  answered_at: Date | null
}

const columns = sql`
  p.id, p.task_id, p.attempt_id, p.agent_id, a.name as agent, p.title, p.kind, p.input, p.options, p.asked_at, p.deadline,
  coalesce(p.outcome, case when x.status = 'running' then null else 'withdrawn' end) as outcome, p.option_id, p.actor,
  coalesce(p.answered_at, case when x.status = 'running' then null else x.ended_at end) as answered_at`
const tables = sql`permissions p join agents a on a.id = p.agent_id join attempts x on x.id = p.attempt_id`

/** Returns the permission requests of a job's agents, in the order in which they were made. */
export async function listPermissions(db: Reader, jobId: string): Promise<PermissionView[]> {
  const { rows } = await sql<PermissionRow>`
    select ${columns} from ${tables} where p.job_id = ${jobId} order by p.id`.execute(db)
  return rows.map(toView)
}

/** Returns a permission request of a job and its agent; null when there is none. */
export async function readPermission(
  db: Reader,
  jobId: string,
  id: string,
): Promise<{ permission: PermissionView; agentId: string } | null> {
  const { rows } = await sql<PermissionRow>`
    select ${columns} from ${tables} where p.job_id = ${jobId} and p.id = ${id}`.execute(db)
  const [row] = rows
  return row === undefined ? null : { permission: toView(row), agentId: row.agent_id }
}

function toView(row: PermissionRow): PermissionView {
  return {
    id: row.id,
    task_id: row.task_id,
    attempt_id: row.attempt_id,
    agent: row.agent,
    title: row.title,
    kind: row.kind,
    input: row.input,
    options: row.options,
    asked_at: isoTime(row.asked_at),
    deadline: isoTime(row.deadline),
    outcome: row.outcome,
    option_id: row.option_id,
    actor: row.actor,
    answered_at: isoTimeOrNull(row.answered_at),
  }
}
