import { sql } from 'kysely'
import type { CheckView } from '../contract/job.ts'
import type { CheckKind, CheckOrigin, Verdict } from '../contract/words.ts'
import { isoTime } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { JobTrx, Reader } from './database.ts'
import { jsonb } from './json.ts'

/** Evidence of a check that the server ran. Rows are only ever added. */
export interface NewCheck {
  readonly kind: CheckKind
  readonly origin: CheckOrigin
  readonly command: string
  readonly verdict: Verdict
  readonly notCounted: string | null
  readonly exitCode: number | null
  readonly durationMs: number
  readonly commit: string
  readonly log: string
  readonly logTruncated: boolean
  readonly versions: Readonly<Record<string, string>>
  readonly walls: string
  readonly startedAt: Date
}

export async function insertChecks(
  trx: JobTrx,
  of: { jobId: string; workId: string; taskId: string | null; attemptId: string | null },
  checks: readonly NewCheck[],
): Promise<void> {
  const { rows } = await sql<{ round: number }>`
    select count(distinct work_id)::int + 1 as round from checks
    where job_id = ${of.jobId} and task_id is not distinct from ${of.taskId}::uuid`.execute(trx)
  const round = rows[0]?.round ?? 1
  for (const [position, check] of checks.entries()) {
    await sql`
      insert into checks (id, job_id, work_id, task_id, attempt_id, round, position, kind, origin, command, verdict, not_counted, exit_code, duration_ms, commit, log,
        log_truncated, versions, walls, started_at)
      values (${newId()}, ${of.jobId}, ${of.workId}, ${of.taskId}, ${of.attemptId}, ${round}, ${position}, ${check.kind}, ${check.origin}, ${check.command}, ${check.verdict},
        ${check.notCounted}, ${check.exitCode}, ${check.durationMs}, ${check.commit}, ${check.log}, ${check.logTruncated},
        ${jsonb(check.versions)}, ${check.walls}, ${check.startedAt})`.execute(trx)
  }
}

type CheckRow = Omit<CheckView, 'scope' | 'started_at'> & { started_at: Date }

export async function listChecks(db: Reader, jobId: string): Promise<CheckView[]> {
  const { rows } = await sql<CheckRow>`
    select id, task_id, attempt_id, round, kind, origin, command, verdict, not_counted, exit_code, duration_ms, commit, log, log_truncated, versions, walls, started_at
    from checks where job_id = ${jobId} order by started_at, position`.execute(db)
  return rows.map((row) => ({
    ...row,
    scope: row.task_id === null ? 'job' : 'task',
    started_at: isoTime(row.started_at),
  }))
}
