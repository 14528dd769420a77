import type { PermissionOutcome, PermissionView } from '../contract/permission.ts'
import { clock } from '../lib/clock.ts'
import { fromJson, toIso, toJson, toMillis } from './database/columns.ts'
import type { JobTrx, Reader } from './database/database.ts'
import { endOfRequest } from './views/end-of-request.ts'

/** A new permission request of an agent. */
export interface NewPermission extends Pick<
  PermissionView,
  'id' | 'task_id' | 'attempt_id' | 'title' | 'kind' | 'input' | 'options'
> {
  readonly jobId: string
  readonly agentId: string
  readonly deadline: Date
}

export async function insertPermission(trx: JobTrx, request: NewPermission): Promise<void> {
  await trx
    .insertInto('permissions')
    .values({
      id: request.id,
      job_id: request.jobId,
      task_id: request.task_id,
      attempt_id: request.attempt_id,
      agent_id: request.agentId,
      title: request.title,
      kind: request.kind,
      input: toJson(request.input ?? null),
      options: toJson(request.options),
      asked_at: clock.now(),
      deadline: toMillis(request.deadline),
    })
    .execute()
}

/** Closes a request; returns false when it was already closed. */
export async function closePermission(
  trx: JobTrx,
  id: string,
  answer: { readonly outcome: PermissionOutcome; readonly optionId: string | null; readonly actor: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('permissions')
    .set({
      outcome: answer.outcome,
      option_id: answer.optionId,
      actor: answer.actor,
      answered_at: clock.now(),
    })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

function select(db: Reader, jobId: string) {
  return db
    .selectFrom('permissions as p')
    .innerJoin('agents as a', 'a.id', 'p.agent_id')
    .innerJoin('attempts as x', 'x.id', 'p.attempt_id')
    .select(['p.id', 'p.task_id', 'p.attempt_id', 'p.agent_id', 'a.name as agent', 'p.title', 'p.kind'])
    .select(['p.input', 'p.options', 'p.asked_at', 'p.deadline', 'p.option_id', 'p.actor'])
    .select(['p.outcome', 'p.answered_at', 'x.status as attempt_status', 'x.ended_at as attempt_ended_at'])
    .where('p.job_id', '=', jobId)
    .orderBy('p.id')
}

/** Returns the permission requests of a job's agents, in the order in which they were made. */
export async function listPermissions(db: Reader, jobId: string): Promise<PermissionView[]> {
  return (await select(db, jobId).execute()).map(toView)
}

/** Returns a permission request of a job and its agent; null when there is none. */
export async function readPermission(
  db: Reader,
  jobId: string,
  id: string,
): Promise<{ ask: PermissionView; agentId: string } | null> {
  const row = await select(db, jobId).where('p.id', '=', id).executeTakeFirst()
  return row === undefined ? null : { ask: toView(row), agentId: row.agent_id }
}

type PermissionRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

function toView(row: PermissionRow): PermissionView {
  const { outcome, answered_at } = endOfRequest(row)
  return {
    id: row.id,
    task_id: row.task_id,
    attempt_id: row.attempt_id,
    agent: row.agent,
    title: row.title,
    kind: row.kind,
    option_id: row.option_id,
    actor: row.actor,
    input: fromJson(row.input),
    options: fromJson(row.options),
    asked_at: toIso(row.asked_at),
    deadline: toIso(row.deadline),
    outcome,
    answered_at: toIso(answered_at),
  }
}
